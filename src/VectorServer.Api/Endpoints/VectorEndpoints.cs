using VectorServer.Api.Addressing;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Endpoints;

/// <summary>The operations that write records.</summary>
internal static class VectorEndpoints
{
    private const int FilteredUpdatesMax = 100_000; // records changed by one call, a fact of the wire

    public static RouteGroupBuilder MapVectors(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/vectors");
        group.MapPost("/upsert", UpsertAsync);
        group.MapPost("/update", UpdateAsync);
        group.MapPost("/delete", DeleteAsync);
        group.MapDelete("/delete", DeleteByParametersAsync);
        return group;
    }

    private static async Task UpsertAsync(HttpContext context)
    {
        var request = await context.ReadBodyAsync(DataJson.Type<UpsertRequest>());
        var index = context.TargetIndex();
        var options = context.RequestServices.GetRequiredService<ServerOptions>();
        UpsertValidator.Check(request, index.Descriptor, options.EnforceSizeLimits);

        var written = await index.UpsertAsync(NamespaceName.Parse(request.Namespace), request.ToRecords(), context.RequestAborted);
        context.SetRequestLsn(written.Lsn);
        await context.AnswerAsync(new UpsertResponse(request.Vectors!.Count));
    }

    private static async Task UpdateAsync(HttpContext context)
    {
        var request = await context.ReadBodyAsync(DataJson.Type<UpdateRequest>());
        UpdateValidator.Check(request, context.Target().Family);
        if (string.IsNullOrEmpty(request.Id))
        {
            await UpdateByFilterAsync(context, request);
            return;
        }

        var ns = NamespaceName.Parse(request.Namespace);
        var written = await context.TargetIndex().UpdateAsync(ns, request.ToUpdate(), context.RequestAborted);
        context.SetRequestLsn(written.Lsn);
        await context.AnswerAsync(new UpdateResponse());
    }

    private static async Task UpdateByFilterAsync(HttpContext context, UpdateRequest request)
    {
        var written = await context.TargetIndex().UpdateByFilterAsync(
            NamespaceName.Parse(request.Namespace),
            request.Filter.ToFilter()!,
            request.SetMetadata.ToMetadata(),
            request.DryRun ?? false,
            FilteredUpdatesMax,
            context.RequestAborted);
        context.SetRequestLsn(written.Lsn);
        await context.AnswerAsync(new UpdateResponse(written.MatchedRecords));
    }

    private static async Task DeleteAsync(HttpContext context) =>
        await DeleteAsync(context, await context.ReadBodyAsync(DataJson.Type<DeleteRequest>()));

    private static Task DeleteByParametersAsync(HttpContext context)
    {
        var query = context.Request.Query;
        return DeleteAsync(context, new DeleteRequest
        {
            Ids = [.. QueryParameters.All(query, "ids")],
            DeleteAll = QueryParameters.Flag(query, "deleteAll"),
            Namespace = QueryParameters.Text(query, "namespace"),
        });
    }

    private static async Task DeleteAsync(HttpContext context, DeleteRequest request)
    {
        DeleteValidator.Check(request, context.Target().Family);
        var (index, ns, cancellation) = (context.TargetIndex(), NamespaceName.Parse(request.Namespace), context.RequestAborted);
        var written = request switch
        {
            { DeleteAll: true } => await index.DeleteAllAsync(ns, cancellation),
            { Ids: { Count: > 0 } ids } => await index.DeleteAsync(ns, ids!, cancellation),
            _ => await index.DeleteByFilterAsync(ns, request.Filter.ToFilter()!, cancellation),
        };
        context.SetRequestLsn(written.Lsn);
        await context.AnswerEmptyAsync();
    }
}
