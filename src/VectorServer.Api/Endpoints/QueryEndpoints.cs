using VectorServer.Api.Auth;
using VectorServer.Api.OpenApi;
using VectorServer.Api.Operations;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Endpoints;

/// <summary>The search for the nearest records.</summary>
internal static class QueryEndpoints
{
    public static RouteGroupBuilder MapQuery(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").RequireRole(KeyRole.Read);
        group.MapPost("/query", QueryAsync).Takes<QueryRequest>().TakesExtensions().Gives<QueryAnswer>();
        group.MapPost("/query_many", QueryManyAsync).Takes<QueryManyRequest>().TakesExtensions().Gives<QueryManyAnswer>();
        return group;
    }

    private static async Task QueryAsync(HttpContext context)
    {
        var request = await context.ReadBodyAsync(DataJson.Type<QueryRequest>());
        if (request.Queries is { Count: > 0 })
        {
            var results = await context.QuerySeveralAsync(request);
            await context.AnswerAsync(writer => QueryResponse.Write(writer, results, AnswerSize.Of(context)));
            return;
        }

        var (result, ns) = await context.QueryAsync(request);
        var single = new SingleQueryResult(result, ns, IgnoredFields.NamesOf(request));
        await context.AnswerAsync(writer => QueryResponse.Write(writer, single, AnswerSize.Of(context)));
    }

    private static async Task QueryManyAsync(HttpContext context)
    {
        var results = await context.QueryManyAsync(await context.ReadBodyAsync(DataJson.Type<QueryManyRequest>()));
        await context.AnswerAsync(writer => QueryResponse.WriteMany(writer, results, AnswerSize.Of(context)));
    }
}
