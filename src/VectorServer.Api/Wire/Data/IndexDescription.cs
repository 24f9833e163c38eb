using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorServer.Api.Wire.Data;

/// <summary>Schema <c>DescribeIndexStatsRequest</c>.</summary>
internal sealed class DescribeIndexStatsRequest
{
    public JsonElement? Filter { get; set; }
}

/// <summary>Schema <c>IndexDescription</c>.</summary>
internal sealed record IndexDescription
{
    public required IReadOnlyDictionary<string, NamespaceSummary> Namespaces { get; init; }

    /// <summary>Null for a sparse index.</summary>
    public int? Dimension { get; init; }

    /// <summary>Of a pod's capacity; there is none here.</summary>
    public float IndexFullness { get; init; }

    public required long TotalVectorCount { get; init; }

    public required string Metric { get; init; }

    public required string VectorType { get; init; }

    /// <summary>Of dedicated capacity, in 2025-10 and 2026-04; null otherwise.</summary>
    [JsonPropertyName("memory_fullness")]
    public float? SnakeMemoryFullness { get; init; }

    [JsonPropertyName("storage_fullness")]
    public float? SnakeStorageFullness { get; init; }

    /// <summary>The same from 2026-07 on.</summary>
    public float? MemoryFullness { get; init; }

    public float? StorageFullness { get; init; }

    /// <summary>Extension of this server, sent on request: how each namespace is stored.</summary>
    public IReadOnlyDictionary<string, NamespaceStorage>? Storage { get; init; }

    /// <summary>The same extension: the namespaces that are damaged and counted nowhere, and why; null without any.</summary>
    public IReadOnlyDictionary<string, string>? Damaged { get; init; }
}

/// <summary>Schema <c>NamespaceSummary</c>.</summary>
internal sealed record NamespaceSummary(long VectorCount);

/// <summary>How a namespace is stored.</summary>
/// <param name="RecordCount">Live records.</param>
/// <param name="Compression">The codes in use: <c>float32</c> until a code is calibrated.</param>
/// <param name="RawBytesPerVector">Bytes of one raw vector.</param>
/// <param name="CodeBytesPerVector">Bytes of one code; 0 without codes.</param>
/// <param name="DeletedRows">Rows that compaction would give back.</param>
/// <param name="IndexKind">The approximate index in use: <c>flat</c> while there is none.</param>
/// <param name="IndexedRows">Rows it holds; those behind are scanned.</param>
/// <param name="IndexBytes">Memory it takes.</param>
/// <param name="IndexLists">Inverted lists it has; null for kinds without.</param>
/// <param name="IndexEffort">The ef measured to reach the recall asked for or the lists that may be read, 0 where a scan is cheaper; null until it was.</param>
/// <param name="RecallAt10">What the latest sampled queries found of the true best 10; null before the first.</param>
/// <param name="RecallSamples">How many were sampled.</param>
/// <param name="CodedRows">Rows that have codes; those behind are scanned.</param>
/// <param name="CertifiedShare">The share of answers of which it is known that no nearer record was left out; null before the first.</param>
internal sealed record NamespaceStorage(
    [property: JsonPropertyName("record_count")] long RecordCount,
    [property: JsonPropertyName("compression")] string Compression,
    [property: JsonPropertyName("raw_bytes_per_vector")] int RawBytesPerVector,
    [property: JsonPropertyName("code_bytes_per_vector")] double CodeBytesPerVector,
    [property: JsonPropertyName("deleted_rows")] long DeletedRows,
    [property: JsonPropertyName("index_kind")] string IndexKind,
    [property: JsonPropertyName("indexed_rows")] long IndexedRows,
    [property: JsonPropertyName("index_bytes")] long IndexBytes,
    [property: JsonPropertyName("index_lists")] int? IndexLists,
    [property: JsonPropertyName("index_effort")] int? IndexEffort,
    [property: JsonPropertyName("recall_at_10")] double? RecallAt10,
    [property: JsonPropertyName("recall_samples")] long RecallSamples,
    [property: JsonPropertyName("coded_rows")] long CodedRows,
    [property: JsonPropertyName("certified_share")] double? CertifiedShare);
