using System.Globalization;
using VectorServer.Api.Addressing;
using VectorServer.Api.Bulk;
using VectorServer.Api.Bulk.Export;
using VectorServer.Api.Bulk.Import;
using VectorServer.Api.Errors;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire.Data;
using VectorServer.Storage;

namespace VectorServer.Api.Operations;

/// <summary>Imports and exports of whole directories.</summary>
internal static class BulkOperations
{
    /// <summary>Starts an import; what can be seen of the directory at once is checked at once.</summary>
    public static BulkJob StartImport(this HttpContext context, StartImportRequest request)
    {
        var (index, jobs) = ((VectorIndex)context.TargetIndex(), Jobs(context));
        var abort = BulkValidator.ReadOnErrorAbort(request);
        _ = ImportPlan.Read(jobs.ImportRoots.Resolve(request.Uri));
        return jobs.Start(index, NewJob(context, index, BulkKind.Import, request.Uri!) with { AbortOnError = abort });
    }

    public static BulkJob StartExport(this HttpContext context, StartExportRequest request)
    {
        var (index, jobs) = ((VectorIndex)context.TargetIndex(), Jobs(context));
        var asNpy = BulkValidator.ReadFormatNpy(request, index.Descriptor);
        _ = ExportRun.CheckTarget(jobs.ExportRoots, request.Uri);
        return jobs.Start(index, NewJob(context, index, BulkKind.Export, request.Uri!) with { AsNpy = asNpy });
    }

    /// <summary>One page of the index's jobs, newest first.</summary>
    public static (IReadOnlyList<BulkJob> Jobs, Pagination? Pagination) ListJobs(this HttpContext context, BulkKind kind)
    {
        var index = (VectorIndex)context.TargetIndex();
        var page = QueryParameters.Page(context.Request.Query);
        var token = new PageToken("bulk", kind.ToString(), index.Descriptor.Id.ToString());
        var after = token.Decode(page.PaginationToken);

        var rest = Jobs(context).List(kind, index).Where(job => after is null || string.CompareOrdinal(job.Key, after) < 0).ToArray();
        var shown = rest.Take(page.Limit).ToArray();
        return (shown, Pagination.Of(token.Encode(rest.Length > page.Limit ? shown[^1].Key : null)));
    }

    /// <exception cref="WireException">There is no such job: 404.</exception>
    public static BulkJob GetJob(this HttpContext context, BulkKind kind)
    {
        var index = (VectorIndex)context.TargetIndex();
        var id = (string)context.GetRouteValue("id")!;
        var job = long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Jobs(context).Find(BulkJob.KeyOf(kind, index.Descriptor.Id, number))
            : null;
        return job ?? throw new WireException(WireError.NotFound, $"{kind} {id} not found");
    }

    /// <summary>Ends a job; does nothing to one that is finished.</summary>
    /// <exception cref="WireException">There is no such job: 404.</exception>
    public static void CancelJob(this HttpContext context, BulkKind kind) => Jobs(context).Cancel(context.GetJob(kind).Key);

    private static BulkJobs Jobs(HttpContext context) => context.RequestServices.GetRequiredService<BulkJobs>();

    private static BulkJob NewJob(HttpContext context, VectorIndex index, BulkKind kind, string uri) => new()
    {
        Kind = kind,
        Number = 0,
        IndexId = index.Descriptor.Id,
        Uri = uri,
        CreatedAt = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow(),
    };
}
