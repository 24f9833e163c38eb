using VectorServer.Api.Addressing;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Endpoints;

/// <summary>The operations that read records without scoring them.</summary>
internal static class FetchEndpoints
{
    private const int FetchLimitDefault = 100;

    public static RouteGroupBuilder MapFetches(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/vectors");
        group.MapGet("/fetch", FetchAsync);
        group.MapPost("/fetch_by_metadata", FetchByMetadataAsync);
        group.MapGet("/list", ListAsync);
        return group;
    }

    private static Task FetchAsync(HttpContext context)
    {
        var ids = QueryParameters.All(context.Request.Query, "ids");
        VectorIds.CheckList(ids);
        var asked = QueryParameters.Text(context.Request.Query, "namespace") ?? "";

        var fetched = context.TargetIndex().Fetch(NamespaceName.Parse(asked), ids!);
        context.SetMaxIndexedLsn(fetched.MaxIndexedLsn);
        return context.AnswerAsync(writer => FetchResponse.Write(writer, fetched.Records, asked));
    }

    private static async Task FetchByMetadataAsync(HttpContext context)
    {
        var request = await context.ReadBodyAsync(DataJson.Type<FetchByMetadataRequest>());
        FetchByMetadataValidator.Check(request, context.Target().Family);
        var (index, asked) = (context.TargetIndex(), request.Namespace ?? "");
        var ns = NamespaceName.Parse(asked);
        var token = new PageToken("fetch_by_metadata", index.Descriptor.Id.ToString(), ns, request.Filter?.GetRawText());

        var page = index.FetchByFilter(ns, request.Filter.ToFilter(), request.Limit ?? FetchLimitDefault, token.Decode(request.PaginationToken));
        context.SetMaxIndexedLsn(page.MaxIndexedLsn);
        var next = Pagination.Of(token.Encode(page.NextAfterId));
        await context.AnswerAsync(writer => FetchResponse.Write(writer, page.Records, asked, next));
    }

    private static Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var (index, asked) = (context.TargetIndex(), QueryParameters.Text(query, "namespace") ?? "");
        var ns = NamespaceName.Parse(asked);
        var prefix = QueryParameters.Text(query, "prefix");
        var token = new PageToken("list", index.Descriptor.Id.ToString(), ns, prefix);

        var page = index.ListIds(ns, prefix, QueryParameters.Limit(query), token.Decode(QueryParameters.Text(query, "paginationToken")));
        context.SetMaxIndexedLsn(page.MaxIndexedLsn);
        var next = Pagination.Of(token.Encode(page.NextAfterId));
        return context.AnswerAsync(new ListResponse(page.Ids.Select(id => new ListItem(id)), next, asked, Usage.One));
    }
}
