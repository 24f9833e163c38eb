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

    private static async Task FetchAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var (records, ns) = await context.FetchAsync(QueryParameters.All(query, "ids"), QueryParameters.Text(query, "namespace"));
        await context.AnswerAsync(writer => FetchResponse.Write(writer, records, ns));
    }

    private static async Task FetchByMetadataAsync(HttpContext context)
    {
        var request = await context.ReadBodyAsync(DataJson.Type<FetchByMetadataRequest>());
        var (records, ns, next) = await context.FetchByMetadataAsync(request, FetchResponse.RecordSize.Instance);
        await context.AnswerAsync(writer => FetchResponse.Write(writer, records, ns, next));
    }

    private static async Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        await context.AnswerAsync(await context.ListIdsAsync(QueryParameters.Text(query, "namespace"), QueryParameters.Page(query)));
    }

    private static async Task CountAsync(HttpContext context) =>
        await context.AnswerAsync(await context.CountAsync(await context.ReadBodyAsync(DataJson.Type<CountRequest>(), allowEmpty: true)));
}
