using VectorServer.Api.Addressing;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;
using VectorServer.Storage;

namespace VectorServer.Api.Operations;

/// <summary>The operations that read records, and the statistics.</summary>
internal static class ReadOperations
{
    private const int FetchLimitDefault = 100;

    public static async ValueTask<(QueryResult Result, string Namespace)> QueryAsync(this HttpContext context, QueryRequest request)
    {
        QueryValidator.Check(request);
        context.RequestServices.GetRequiredService<IgnoredFields>().Tell(request);
        var query = request.ToQuery(context.AsksFor(Extensions.Explain));
        var result = await context.TargetIndex().QueryAsync(NamespaceName.Parse(request.Namespace), query, context.RequestAborted);
        context.SetMaxIndexedLsn(result.MaxIndexedLsn);
        return (result, NamespaceName.ToAnswer(request.Namespace, result.Namespace));
    }

    public static async ValueTask<(IReadOnlyList<VectorRecord> Records, string Namespace)> FetchAsync(
        this HttpContext context, IReadOnlyList<string?> ids, string? ns)
    {
        VectorIds.CheckList(ids);
        var fetched = await context.TargetIndex().FetchAsync(NamespaceName.Parse(ns), ids!, context.RequestAborted);
        context.SetMaxIndexedLsn(fetched.MaxIndexedLsn);
        return (fetched.Records, NamespaceName.ToAnswer(ns, fetched.Namespace));
    }

    /// <summary>A page, which ends early where the answer would grow too large.</summary>
    /// <param name="context">The call.</param>
    /// <param name="request">Which records.</param>
    /// <param name="size">How large they are as the protocol writes them.</param>
    public static async ValueTask<(IReadOnlyList<VectorRecord> Records, string Namespace, Pagination? Next)> FetchByMetadataAsync(
        this HttpContext context, FetchByMetadataRequest request, IRecordSize size)
    {
        FetchByMetadataValidator.Check(request, context.Target().Family);
        var (index, ns) = (context.TargetIndex(), NamespaceName.Parse(request.Namespace));
        var token = new PageToken("fetch_by_metadata", index.Descriptor.Id.ToString(), ns, request.Filter?.GetRawText());

        var (limit, after) = (request.Limit ?? FetchLimitDefault, token.Decode(request.PaginationToken));
        var page = await index.FetchByFilterAsync(ns, request.Filter.ToFilter(), limit, after, context.RequestAborted);
        context.SetMaxIndexedLsn(page.MaxIndexedLsn);
        var records = AnswerSize.Of(context).Fit(page.Records, size);
        var nextAfterId = records.Count < page.Records.Count ? records[^1].Id : page.NextAfterId;
        return (records, NamespaceName.ToAnswer(request.Namespace, page.Namespace), Pagination.Of(token.Encode(nextAfterId)));
    }

    public static async ValueTask<CountResponse> CountAsync(this HttpContext context, CountRequest request)
    {
        var counted = await context.TargetIndex().CountAsync(
            NamespaceName.Parse(request.Namespace), request.Filter.ToFilter(), context.RequestAborted);
        context.SetMaxIndexedLsn(counted.MaxIndexedLsn);
        return new CountResponse(counted.Count, NamespaceName.ToAnswer(request.Namespace, counted.Namespace), Usage.One);
    }

    public static async ValueTask<ListResponse> ListIdsAsync(this HttpContext context, string? ns, PageRequest request)
    {
        var (index, engineName) = (context.TargetIndex(), NamespaceName.Parse(ns));
        ServerlessOnly.Check(index, "listing of ids");
        var token = new PageToken("list", index.Descriptor.Id.ToString(), engineName, request.Prefix);

        var page = await index.ListIdsAsync(
            engineName, request.Prefix, request.Limit, token.Decode(request.PaginationToken), context.RequestAborted);
        context.SetMaxIndexedLsn(page.MaxIndexedLsn);
        return new ListResponse(
            page.Ids.Select(id => new ListItem(id)), Pagination.Of(token.Encode(page.NextAfterId)), NamespaceName.ToAnswer(ns, page.Namespace), Usage.One);
    }

    public static ValueTask<IndexStats> StatsAsync(this HttpContext context, DescribeIndexStatsRequest request)
    {
        var index = context.TargetIndex();
        return index.StatsAsync(FilterOf(request, index), context.RequestAborted);
    }

    /// <summary>How the namespaces are stored; null where the engine does not tell.</summary>
    public static async ValueTask<IndexStorage?> StorageAsync(this HttpContext context, DescribeIndexStatsRequest request)
    {
        var index = context.TargetIndex();
        return index.Figures is { } figures ? await figures.StorageAsync(FilterOf(request, index), context.RequestAborted) : null;
    }

    private static Filter? FilterOf(DescribeIndexStatsRequest request, IVectorIndex index)
    {
        var filter = request.Filter.ToFilter();
        StatsValidator.Check(filter, index.Descriptor);
        return filter;
    }
}
