using VectorServer.Api.Operations;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Endpoints;

/// <summary>The search for the nearest records.</summary>
internal static class QueryEndpoints
{
    public static RouteGroupBuilder MapQuery(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/query");
        group.MapPost("", QueryAsync);
        return group;
    }

    private static async Task QueryAsync(HttpContext context)
    {
        var request = await context.ReadBodyAsync(DataJson.Type<QueryRequest>());
        if (request.Queries is { Count: > 0 })
        {
            var results = context.QuerySeveral(request);
            await context.AnswerAsync(writer => QueryResponse.Write(writer, results));
            return;
        }

        var result = context.Query(request);
        await context.AnswerAsync(writer => QueryResponse.Write(writer, result, request.Namespace ?? ""));
    }
}
