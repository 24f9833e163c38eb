using System.Text.RegularExpressions;

namespace VectorServer.Api.Tests.Fuzz;

/// <summary>Bodies that are carried out, where what a schema allows seldom is: too many of its fields exclude each other.</summary>
internal static partial class RestSeeds
{
    private static readonly Dictionary<string, string[]> ByOperation = new()
    {
        ["POST /indexes"] =
        [
            """{"name": "third", "dimension": 2, "metric": "euclidean", "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"} }, "tags": {"vs_compression": "sq8"} }""",
            """{"name": "spare", "dimension": 2, "metric": "cosine", "spec": {"pod": {"environment": "us-east1-gcp", "pod_type": "p1.x1"} } }""",
            """{"name": "spare", "schema": {"fields": {"_values": {"type": "dense_vector", "dimension": 2, "metric": "cosine"} } }, "deployment": {"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"} }""",
        ],
        ["PATCH /indexes/{index_name}"] = ["""{"deletion_protection": "disabled", "tags": {"a": "b", "vs_compression": "spectral_4bit"} }""", """{"tags": {"vs_index": "hnsw"} }"""],
        ["POST /indexes/{index_name}/backups"] = ["""{"name": "nightly", "description": "before"}"""],
        ["POST /backups/{backup_id}/create-index"] = ["""{"name": "third", "tags": {"from": "backup"} }"""],
        ["POST /collections"] = ["""{"name": "spare", "source": "spare"}"""],
        ["POST /indexes/{index_name}/backup-schedules"] = ["""{"name": "nightly", "schedule": {"type": "time-based", "frequency": "daily"}, "retention": {"expire_after_days": 7} }"""],
        ["PATCH /backup-schedules/{schedule_id}"] = ["""{"frequency": "weekly", "retention": {"expire_after_days": 30}, "enabled": false}"""],
        ["POST /vectors/upsert"] =
        [
            """{"vectors": [{"id": "a", "values": [1, 0], "sparseValues": {"indices": [1, 7], "values": [1, 0.5]}, "metadata": {"g": "x", "n": 2, "l": ["x", "y"]} }], "namespace": "n"}""",
            """{"vectors": [{"id": "b", "values": [0.5, 0.25]}, {"id": "c", "values": [0.1, 2e3], "metadata": {} }]}""",
        ],
        ["POST /query"] =
        [
            """{"vector": [1, 0], "sparseVector": {"indices": [1], "values": [1]}, "topK": 3, "filter": {"$and": [{"g": {"$in": ["x"]} }, {"n": {"$gte": 1} }]}, "namespace": "n", "includeMetadata": true}""",
            """{"id": "a", "topK": 3, "includeValues": true, "exact": true, "filter": {"g": {"$ne": "z"} }, "namespace": "n", "minScore": 0.1}""",
        ],
        ["POST /query_many"] = ["""{"queries": [{"vector": [1, 0]}, {"id": "a", "topK": 2}], "topK": 3, "namespace": "n", "filter": {"g": "x"} }"""],
        ["POST /vectors/count"] = ["""{"filter": {"g": {"$exists": true} }, "namespace": "n"}"""],
        ["POST /vectors/fetch_by_metadata"] = ["""{"filter": {"g": {"$exists": true} }, "limit": 5, "namespace": "n"}"""],
        ["POST /vectors/update"] =
        [
            """{"id": "a", "values": [1, 0], "sparseValues": {"indices": [1], "values": [1]}, "setMetadata": {"g": "y"}, "namespace": "n"}""",
            """{"filter": {"g": "x"}, "setMetadata": {"g": "z"}, "dryRun": false, "namespace": "n"}""",
        ],
        ["POST /vectors/delete"] = ["""{"ids": ["a", "c"], "namespace": "n"}""", """{"filter": {"g": "z"}, "namespace": "n"}""", """{"deleteAll": true, "namespace": "m"}"""],
        ["POST /describe_index_stats"] = ["""{"filter": {"g": "x"} }"""],
        ["POST /namespaces"] = ["""{"name": "m", "schema": {"fields": {"g": {"filterable": true} } } }"""],
        ["POST /namespace-aliases"] = ["""{"name": "spare", "target_namespace": "n"}"""],
        ["PATCH /namespace-aliases/{alias_name}"] = ["""{"target_namespace": "__default__"}"""],
        ["POST /maintenance/advise"] = ["""{"namespace": "n", "queries": 10}"""],
        ["POST /bulk/imports"] = ["""{"uri": "@uri@/in", "errorMode": {"onError": "continue"} }"""],
        ["POST /bulk/exports"] = ["""{"uri": "@uri@/@new@"}"""],
    };

    /// <param name="random">Decides everything.</param>
    /// <param name="operation">What to ask for.</param>
    /// <param name="oddShare">Of all values, 0..1.</param>
    /// <param name="bulkUri">Where files may be read and written.</param>
    /// <returns>Null where there is none.</returns>
    public static string? Sample(Random random, FuzzOperation operation, double oddShare, string bulkUri)
    {
        if (!ByOperation.TryGetValue($"{operation.Method} {operation.Path}", out var seeds))
            return null;
        var seed = seeds[random.Next(seeds.Length)]
            .Replace("@uri@", bulkUri, StringComparison.Ordinal)
            .Replace("@new@", $"out{random.Next(1_000_000)}", StringComparison.Ordinal);
        return oddShare == 0 ? seed : Value().Replace(seed, value => random.NextDouble() < oddShare ? OddValues.Json[random.Next(OddValues.Json.Length)] : value.Value);
    }

    // A number or word of JSON, or a text that is not a name.
    [GeneratedRegex("""(?<=[:\[,]\s*)("[^"]*"(?!\s*:)|-?[0-9][0-9.e]*|true|false)""")]
    private static partial Regex Value();
}
