using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorServer.Api.Wire.Data;

/// <summary>Schema <c>QueryRequest</c>.</summary>
internal sealed class QueryRequest
{
    public int? TopK { get; set; }

    public float[]? Vector { get; set; }

    public SparseValues? SparseVector { get; set; }

    public string? Id { get; set; }

    public string? Namespace { get; set; }

    public JsonElement? Filter { get; set; }

    public bool? IncludeValues { get; set; }

    public bool? IncludeMetadata { get; set; }

    public float? ScanFactor { get; set; }

    public int? MaxCandidates { get; set; }

    /// <summary>Deprecated: several queries in place of one; what they leave out is the request's.</summary>
    public List<QueryVector?>? Queries { get; set; }

    /// <summary>Extension of this server: scan the raw vectors, whatever codes the index keeps.</summary>
    public bool? Exact { get; set; }

    /// <summary>Extension of this server: leave out matches that score lower.</summary>
    public double? MinScore { get; set; }

    /// <summary>Extension of this server: leave out matches that are farther, for the metric euclidean.</summary>
    public double? MaxDistance { get; set; }

    /// <summary>Fields that are none of a query's: harmless, and told of.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }

    /// <summary>Each of <see cref="Queries"/> as a request of its own.</summary>
    public IEnumerable<QueryRequest> ToSingleQueries() => Queries!.Select(query => new QueryRequest
    {
        TopK = query!.TopK ?? TopK,
        Vector = query.Values,
        SparseVector = query.SparseValues,
        Namespace = string.IsNullOrEmpty(query.Namespace) ? Namespace : query.Namespace,
        Filter = query.Filter ?? Filter,
        IncludeValues = IncludeValues,
        IncludeMetadata = IncludeMetadata,
        ScanFactor = ScanFactor,
        MaxCandidates = MaxCandidates,
        Exact = Exact,
        MinScore = MinScore,
        MaxDistance = MaxDistance,
        Others = JoinOthers(Others, query.Others),
    });

    /// <summary>The fields of a request and of one of its queries.</summary>
    public static Dictionary<string, JsonElement>? JoinOthers(Dictionary<string, JsonElement>? request, Dictionary<string, JsonElement>? query)
    {
        if (request is null || query is null)
            return request ?? query;
        var all = new Dictionary<string, JsonElement>(request);
        foreach (var (name, value) in query)
            all[name] = value;
        return all;
    }
}

/// <summary>Schema <c>QueryVector</c>.</summary>
internal sealed class QueryVector
{
    public float[]? Values { get; set; }

    public SparseValues? SparseValues { get; set; }

    public int? TopK { get; set; }

    public string? Namespace { get; set; }

    public JsonElement? Filter { get; set; }

    /// <inheritdoc cref="QueryRequest.Others"/>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}
