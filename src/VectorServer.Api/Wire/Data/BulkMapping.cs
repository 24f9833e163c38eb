using System.Globalization;
using VectorServer.Api.Bulk;

namespace VectorServer.Api.Wire.Data;

/// <summary>Imports and exports as clients see them.</summary>
internal static class BulkMapping
{
    public const string Npy = "npy";
    public const string JsonLines = "jsonl";

    public static string ToId(this BulkJob job) => job.Number.ToString(CultureInfo.InvariantCulture);

    public static ImportModel ToImport(this BulkJob job, ApiFamily family) => new(
        job.ToId(),
        job.Uri,
        job.Status.ToString(),
        job.CreatedAt,
        job.FinishedAt,
        job.PercentComplete,
        job.Records,
        ErrorOf(job),
        family == ApiFamily.Schema ? new ImportValidationResult(job.Records, job.Errors) : null);

    public static ExportModel ToExport(this BulkJob job) => new(
        job.ToId(),
        job.Uri,
        job.AsNpy ? Npy : JsonLines,
        job.Status.ToString(),
        job.CreatedAt,
        job.FinishedAt,
        job.PercentComplete,
        job.Records,
        job.Error);

    /// <summary>Why it failed; of an import that left something out and came to its end, what.</summary>
    private static string? ErrorOf(BulkJob job) => job switch
    {
        { Status: BulkStatus.Failed } => job.Error,
        { Status: BulkStatus.Completed, Errors: > 0 } => $"{job.Errors} records or files were left out, the first: {job.Error}",
        _ => null,
    };
}
