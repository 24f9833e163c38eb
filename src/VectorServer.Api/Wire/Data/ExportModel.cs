namespace VectorServer.Api.Wire.Data;

/// <summary>Our own: where an index is written to, and how.</summary>
internal sealed class StartExportRequest
{
    public string? Uri { get; set; }

    /// <summary><c>npy</c> or <c>jsonl</c>.</summary>
    public string? Format { get; set; }
}

/// <summary>Our own, like <see cref="ImportModel"/>.</summary>
internal sealed record ExportModel(
    string Id,
    string Uri,
    string Format,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt,
    float PercentComplete,
    long RecordsExported,
    string? Error);

/// <summary>Our own, like <see cref="ListImportsResponse"/>.</summary>
internal sealed record ListExportsResponse(IReadOnlyList<ExportModel> Data, Pagination? Pagination);
