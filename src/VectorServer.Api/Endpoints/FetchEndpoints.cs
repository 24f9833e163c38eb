using VectorServer.Api.Auth;
using VectorServer.Api.OpenApi;
using VectorServer.Api.Operations;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Endpoints;

/// <summary>The operations that read records without scoring them.</summary>
internal static class FetchEndpoints
{
    public static RouteGroupBuilder MapFetches(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/vectors").RequireRole(KeyRole.Read);
        group.MapGet("/fetch", FetchAsync).NeedsIds().Queries("namespace").Gives<FetchAnswer>();
        group.MapPost("/fetch_by_metadata", FetchByMetadataAsync).Takes<FetchByMetadataRequest>().Gives<FetchByMetadataAnswer>();
        group.MapGet("/list", ListAsync).Queries("prefix", "namespace").Pages().Gives<ListResponse>();
        group.MapPost("/count", CountAsync).Takes<CountRequest>(optional: true).Gives<CountResponse>();
        return group;
    }

    private static Task FetchAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var (records, ns) = context.Fetch(QueryParameters.All(query, "ids"), QueryParameters.Text(query, "namespace"));
        return context.AnswerAsync(writer => FetchResponse.Write(writer, records, ns));
    }

    private static async Task FetchByMetadataAsync(HttpContext context)
    {
        var request = await context.ReadBodyAsync(DataJson.Type<FetchByMetadataRequest>());
        var (records, ns, next) = context.FetchByMetadata(request, FetchResponse.RecordSize.Instance);
        await context.AnswerAsync(writer => FetchResponse.Write(writer, records, ns, next));
    }

    private static Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        return context.AnswerAsync(context.ListIds(QueryParameters.Text(query, "namespace"), QueryParameters.Page(query)));
    }

    private static async Task CountAsync(HttpContext context) =>
        await context.AnswerAsync(context.Count(await context.ReadBodyAsync(DataJson.Type<CountRequest>(), allowEmpty: true)));
}
