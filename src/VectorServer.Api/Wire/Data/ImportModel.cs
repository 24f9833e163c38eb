namespace VectorServer.Api.Wire.Data;

/// <summary>Schema <c>StartImportRequest</c>.</summary>
internal sealed class StartImportRequest
{
    public string? Uri { get; set; }

    public string? IntegrationId { get; set; }

    public ImportErrorMode? ErrorMode { get; set; }
}

/// <summary>Schema <c>ImportErrorMode</c>.</summary>
internal sealed class ImportErrorMode
{
    public string? OnError { get; set; }
}

/// <summary>Schema <c>StartImportResponse</c>.</summary>
internal sealed record StartImportResponse(string Id);

/// <summary>Schema <c>ImportModel</c>.</summary>
internal sealed record ImportModel(
    string Id,
    string Uri,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt,
    float PercentComplete,
    long RecordsImported,
    string? Error,
    ImportValidationResult? ValidationResult);

/// <summary>What was taken and what was left out; since 2026-07.</summary>
internal sealed record ImportValidationResult(long ImportSuccesses, long ImportErrors);

/// <summary>Schema <c>ListImportsResponse</c>.</summary>
internal sealed record ListImportsResponse(IReadOnlyList<ImportModel> Data, Pagination? Pagination);
