using VectorServer.Api.Addressing;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Operations;

/// <summary>The operations that write records.</summary>
internal static class WriteOperations
{
    private const int FilteredUpdatesMax = 100_000; // records changed by one call, a fact of the wire

    /// <returns>How many records were written.</returns>
    public static async Task<int> UpsertAsync(this HttpContext context, UpsertRequest request)
    {
        var index = context.TargetIndex();
        var options = context.RequestServices.GetRequiredService<ServerOptions>();
        UpsertValidator.Check(request, index.Descriptor, options.EnforceSizeLimits);

        var written = await index.UpsertAsync(NamespaceName.Parse(request.Namespace), request.ToRecords(), key: null, context.RequestAborted);
        context.SetRequestLsn(written.Lsn);
        return request.Vectors!.Count;
    }

    public static async Task<UpdateResponse> UpdateAsync(this HttpContext context, UpdateRequest request)
    {
        UpdateValidator.Check(request, context.Target().Family);
        if (string.IsNullOrEmpty(request.Id))
            return await UpdateByFilterAsync(context, request);

        var ns = NamespaceName.Parse(request.Namespace);
        var written = await context.TargetIndex().UpdateAsync(ns, request.ToUpdate(), context.RequestAborted);
        context.SetRequestLsn(written.Lsn);
        return new UpdateResponse();
    }

    public static async Task DeleteAsync(this HttpContext context, DeleteRequest request)
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
    }

    private static async Task<UpdateResponse> UpdateByFilterAsync(HttpContext context, UpdateRequest request)
    {
        var written = await context.TargetIndex().UpdateByFilterAsync(
            NamespaceName.Parse(request.Namespace),
            request.Filter.ToFilter()!,
            request.SetMetadata.ToMetadata(),
            request.DryRun ?? false,
            FilteredUpdatesMax,
            context.RequestAborted);
        context.SetRequestLsn(written.Lsn);
        return new UpdateResponse(written.MatchedRecords);
    }
}
