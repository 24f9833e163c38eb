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

    public static (QueryResult Result, string Namespace) Query(this HttpContext context, QueryRequest request)
    {
        QueryValidator.Check(request);
        context.RequestServices.GetRequiredService<IgnoredFields>().Tell(request);
        var result = context.TargetIndex().Query(NamespaceName.Parse(request.Namespace), request.ToQuery(context.AsksFor(Extensions.Explain)), context.RequestAborted);
        context.SetMaxIndexedLsn(result.MaxIndexedLsn);
        return (result, NamespaceName.ToAnswer(request.Namespace, result.Namespace));
    }

    public static (IReadOnlyList<VectorRecord> Records, string Namespace) Fetch(this HttpContext context, IReadOnlyList<string?> ids, string? ns)
    {
        VectorIds.CheckList(ids);
        var fetched = context.TargetIndex().Fetch(NamespaceName.Parse(ns), ids!);
        context.SetMaxIndexedLsn(fetched.MaxIndexedLsn);
        return (fetched.Records, NamespaceName.ToAnswer(ns, fetched.Namespace));
    }

    /// <summary>A page, which ends early where the answer would grow too large.</summary>
    /// <param name="context">The call.</param>
    /// <param name="request">Which records.</param>
    /// <param name="size">How large they are as the protocol writes them.</param>
    public static (IReadOnlyList<VectorRecord> Records, string Namespace, Pagination? Next) FetchByMetadata(
        this HttpContext context, FetchByMetadataRequest request, IRecordSize size)
    {
        FetchByMetadataValidator.Check(request, context.Target().Family);
        var (index, ns) = (context.TargetIndex(), NamespaceName.Parse(request.Namespace));
        var token = new PageToken("fetch_by_metadata", index.Descriptor.Id.ToString(), ns, request.Filter?.GetRawText());

        var page = index.FetchByFilter(ns, request.Filter.ToFilter(), request.Limit ?? FetchLimitDefault, token.Decode(request.PaginationToken));
        context.SetMaxIndexedLsn(page.MaxIndexedLsn);
        var records = AnswerSize.Of(context).Fit(page.Records, size);
        var nextAfterId = records.Count < page.Records.Count ? records[^1].Id : page.NextAfterId;
        return (records, NamespaceName.ToAnswer(request.Namespace, page.Namespace), Pagination.Of(token.Encode(nextAfterId)));
    }

    public static CountResponse Count(this HttpContext context, CountRequest request)
    {
        var counted = context.TargetIndex().Count(NamespaceName.Parse(request.Namespace), request.Filter.ToFilter());
        context.SetMaxIndexedLsn(counted.MaxIndexedLsn);
        return new CountResponse(counted.Count, NamespaceName.ToAnswer(request.Namespace, counted.Namespace), Usage.One);
    }

    public static ListResponse ListIds(this HttpContext context, string? ns, PageRequest request)
    {
        var (index, engineName) = (context.TargetIndex(), NamespaceName.Parse(ns));
        ServerlessOnly.Check(index, "listing of ids");
        var token = new PageToken("list", index.Descriptor.Id.ToString(), engineName, request.Prefix);

        var page = index.ListIds(engineName, request.Prefix, request.Limit, token.Decode(request.PaginationToken));
        context.SetMaxIndexedLsn(page.MaxIndexedLsn);
        return new ListResponse(
            page.Ids.Select(id => new ListItem(id)), Pagination.Of(token.Encode(page.NextAfterId)), NamespaceName.ToAnswer(ns, page.Namespace), Usage.One);
    }

    public static IndexStorage Stats(this HttpContext context, DescribeIndexStatsRequest request)
    {
        var index = context.TargetIndex();
        var filter = request.Filter.ToFilter();
        StatsValidator.Check(filter, index.Descriptor);
        return index.Stats(filter);
    }
}
