using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorServer.Api.Wire.Data;

/// <summary>Extension of this server: several queries in one request. What a query leaves out is the request's.</summary>
internal sealed class QueryManyRequest
{
    public List<QueryRequest?>? Queries { get; set; }

    public int? TopK { get; set; }

    public string? Namespace { get; set; }

    public JsonElement? Filter { get; set; }

    public bool? IncludeValues { get; set; }

    public bool? IncludeMetadata { get; set; }

    public float? ScanFactor { get; set; }

    public int? MaxCandidates { get; set; }

    public double? MinScore { get; set; }

    public double? MaxDistance { get; set; }

    public bool? Exact { get; set; }

    /// <inheritdoc cref="QueryRequest.Others"/>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }

    /// <summary>Each of <see cref="Queries"/>, of which none is null, as a request of its own.</summary>
    public QueryRequest[] ToSingleQueries() => [.. Queries!.Select(query => new QueryRequest
    {
        TopK = query!.TopK ?? TopK,
        Vector = query.Vector,
        SparseVector = query.SparseVector,
        Id = query.Id,
        Namespace = query.Namespace ?? Namespace,
        Filter = query.Filter ?? Filter,
        IncludeValues = query.IncludeValues ?? IncludeValues,
        IncludeMetadata = query.IncludeMetadata ?? IncludeMetadata,
        ScanFactor = query.ScanFactor ?? ScanFactor,
        MaxCandidates = query.MaxCandidates ?? MaxCandidates,
        MinScore = query.MinScore ?? MinScore,
        MaxDistance = query.MaxDistance ?? MaxDistance,
        Exact = query.Exact ?? Exact,
        Others = QueryRequest.JoinOthers(Others, query.Others),
    })];
}
