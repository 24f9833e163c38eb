using System.Text.Json;
using System.Text.Json.Serialization;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.OpenApi;

// Answers that are written field by field, without objects in between: these types only describe them.

/// <summary>A record as it was found, schema <c>ScoredVector</c>.</summary>
internal sealed record ScoredVector(string Id, float Score, float[]? Values, SparseValues? SparseValues, JsonElement? Metadata);

/// <summary>What <see cref="QueryResponse"/> writes.</summary>
internal sealed record QueryAnswer(
    IReadOnlyList<ScoredVector> Matches, string Namespace, Usage Usage, IReadOnlyList<SingleQueryAnswer>? Results, JsonElement? Explain);

/// <summary>One of the results of a request with several queries, schema <c>SingleQueryResults</c>.</summary>
internal sealed record SingleQueryAnswer(IReadOnlyList<ScoredVector> Matches, string Namespace);

/// <summary>What <see cref="QueryResponse"/> writes for several queries.</summary>
internal sealed record QueryManyAnswer(IReadOnlyList<QueryAnswer> Results, Usage Usage);

/// <summary>What <see cref="FetchResponse"/> writes.</summary>
internal sealed record FetchAnswer(IReadOnlyDictionary<string, Vector> Vectors, string Namespace, Usage Usage);

/// <summary>The same, of one page.</summary>
internal sealed record FetchByMetadataAnswer(
    IReadOnlyDictionary<string, Vector> Vectors, string Namespace, Usage Usage, Pagination? Pagination);

/// <summary>An object without fields.</summary>
internal sealed record EmptyAnswer;

/// <summary>What probes answer.</summary>
internal sealed record HealthAnswer(string Status);

/// <summary>What <c>/readyz</c> answers.</summary>
internal sealed record ReadinessAnswer(
    string Status,
    [property: JsonPropertyName("damaged_count")] int? DamagedCount,
    JsonElement? Damaged,
    [property: JsonPropertyName("newer_format_count")] int? NewerFormatCount,
    [property: JsonPropertyName("newer_format")] JsonElement? NewerFormat);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(QueryAnswer))]
[JsonSerializable(typeof(QueryManyAnswer))]
[JsonSerializable(typeof(FetchAnswer))]
[JsonSerializable(typeof(FetchByMetadataAnswer))]
[JsonSerializable(typeof(EmptyAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(ReadinessAnswer))]
internal sealed partial class WrittenBodiesJsonContext : JsonSerializerContext;
