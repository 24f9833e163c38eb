using System.Text.Json.Serialization;

namespace VectorServer.Api.Bulk;

/// <summary>Which way a job carries records.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BulkKind>))]
internal enum BulkKind
{
    Import,
    Export,
}

/// <summary>Where a job stands, by the wire's words.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BulkStatus>))]
internal enum BulkStatus
{
    Pending,
    InProgress,
    Failed,
    Completed,
    Cancelled,
}

/// <summary>One import or export, as it is kept across restarts.</summary>
internal sealed record BulkJob
{
    /// <summary>Version of this document.</summary>
    public int Format { get; init; } = 1;

    public required BulkKind Kind { get; init; }

    /// <summary>Counts the jobs of its kind and index, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>The index, which an index of the same name made later is not.</summary>
    public required Guid IndexId { get; init; }

    public required string Uri { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public BulkStatus Status { get; init; } = BulkStatus.Pending;

    public DateTimeOffset? FinishedAt { get; init; }

    public float PercentComplete { get; init; }

    /// <summary>Records that took effect.</summary>
    public long Records { get; init; }

    /// <summary>Import: records and files left out.</summary>
    public long Errors { get; init; }

    /// <summary>Why it failed, or the first of what was left out.</summary>
    public string? Error { get; init; }

    /// <summary>Import: stop at the first record or file that is not as it should be.</summary>
    public bool AbortOnError { get; init; }

    /// <summary>Import: what is loaded; null at the start.</summary>
    public ImportPosition? Position { get; init; }

    /// <summary>Export: vectors as NumPy files beside the JSON lines.</summary>
    public bool AsNpy { get; init; }

    /// <summary>Export: all is written, and takes its name next.</summary>
    public bool IsWritten { get; init; }

    [JsonIgnore]
    public bool IsFinished => Status is BulkStatus.Failed or BulkStatus.Completed or BulkStatus.Cancelled;

    /// <summary>Sorts by kind, index and age.</summary>
    [JsonIgnore]
    public string Key => KeyOf(Kind, IndexId, Number);

    public static string PrefixOf(BulkKind kind, Guid indexId) => $"{kind}/{indexId:N}/";

    public static string KeyOf(BulkKind kind, Guid indexId, long number) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{PrefixOf(kind, indexId)}{number:D12}");
}

/// <summary>How far an import got: everything before it is loaded.</summary>
/// <param name="File">The file under way, relative to the directory, with <c>/</c>.</param>
/// <param name="Records">Records of it that are behind.</param>
/// <param name="Bytes">Bytes of the files before it.</param>
internal sealed record ImportPosition(string File, long Records, long Bytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BulkJob))]
internal sealed partial class BulkJobJsonContext : JsonSerializerContext;
