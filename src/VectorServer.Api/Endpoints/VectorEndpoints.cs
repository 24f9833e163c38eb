using VectorServer.Api.Auth;
using VectorServer.Api.Limits;
using VectorServer.Api.OpenApi;
using VectorServer.Api.Operations;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Endpoints;

/// <summary>The operations that write records.</summary>
internal static class VectorEndpoints
{
    public static RouteGroupBuilder MapVectors(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/vectors").RequireRole(KeyRole.Write);
        group.MapPost("/upsert", UpsertAsync).GrowsMemory().Takes<UpsertRequest>().Gives<UpsertResponse>();
        group.MapPost("/update", UpdateAsync).GrowsMemory().Takes<UpdateRequest>().Gives<UpdateResponse>();
        group.MapPost("/delete", DeleteAsync).Takes<DeleteRequest>().Gives<EmptyAnswer>();
        group.MapDelete("/delete", DeleteByParametersAsync).Queries("ids", "deleteAll", "namespace").Gives<EmptyAnswer>();
        return group;
    }

    private static async Task UpsertAsync(HttpContext context)
    {
        var count = await context.UpsertAsync(await context.ReadBodyAsync(DataJson.Type<UpsertRequest>()));
        await context.AnswerAsync(new UpsertResponse(count));
    }

    private static async Task UpdateAsync(HttpContext context) =>
        await context.AnswerAsync(await context.UpdateAsync(await context.ReadBodyAsync(DataJson.Type<UpdateRequest>())));

    private static async Task DeleteAsync(HttpContext context)
    {
        await context.DeleteAsync(await context.ReadBodyAsync(DataJson.Type<DeleteRequest>()));
        await context.AnswerEmptyAsync();
    }

    private static async Task DeleteByParametersAsync(HttpContext context)
    {
        var query = context.Request.Query;
        await context.DeleteAsync(new DeleteRequest
        {
            Ids = [.. QueryParameters.All(query, "ids")],
            DeleteAll = QueryParameters.Flag(query, "deleteAll"),
            Namespace = QueryParameters.Text(query, "namespace"),
        });
        await context.AnswerEmptyAsync();
    }
}
