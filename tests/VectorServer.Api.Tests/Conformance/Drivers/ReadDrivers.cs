namespace VectorServer.Api.Tests.Conformance.Drivers;

/// <summary>The reads of vectors, and the statistics.</summary>
internal static class ReadDrivers
{
    public static Dictionary<string, Func<Probe, Task>> All { get; } = new()
    {
        ["queryVectors"] = QueryAsync,
        ["fetchVectors"] = FetchAsync,
        ["fetch_vectors_by_metadata"] = FetchByMetadataAsync,
        ["listVectors"] = ListAsync,
        ["describeIndexStats"] = StatsAsync,
        ["describeIndexStatsByGet"] = StatsByGetAsync,
    };

    private static async Task QueryAsync(Probe probe)
    {
        probe.Index = await probe.World.CreateFilledIndexAsync();
        var found = await probe.SucceedAsync(
            """{"vector": [1, 0], "topK": 2, "filter": {"genre": {"$in": ["drama"]} }, "includeValues": true, "includeMetadata": true}""",
            expect: ["namespace", "usage.readUnits", "matches.0.score", "matches.0.values.1", "matches.0.metadata.genre"]);
        probe.Require(found.GetProperty("matches").GetArrayLength() == 1, "the filter does not hold");
        await probe.SucceedAsync("""{"id": "a", "topK": 1}""", expect: "matches.0.id");

        // Proto-JSON takes the original names and integral numbers in any form.
        await probe.SucceedAsync("""{"vector": [1, 0], "top_k": 1.0, "include_metadata": true}""", expect: "matches.0.metadata");
        if (!probe.World.Specification.IsSchemaFamily)
            await probe.SucceedAsync("""{"topK": 1, "queries": [{"values": [1, 0]}, {"values": [0, 1], "topK": 2}]}""", expect: ["results.0.matches.0.score", "results.1.matches.1.id"]);

        await probe.RefuseAsync(400, """{"vector": [1, 0, 0], "topK": 1}""");
        await probe.RefuseAsync(400, """{"vector": [1, 0]}""");
        await probe.RefuseAsync(400, """{"vector": [1, 0], "topK": 10001}""");
        await probe.RefuseAsync(400, """{"vector": [1, 0], "topK": 1.5}""");
        await probe.RefuseAsync(400, """{"vector": [1, 0], "topK": 1, "filter": {"genre": {"$near": 1} } }""");
    }

    private static async Task FetchAsync(Probe probe)
    {
        probe.Index = await probe.World.CreateFilledIndexAsync();
        var fetched = await probe.SucceedAsync(
            query: "?ids=a&ids=unknown&namespace=", expect: ["namespace", "usage.readUnits", "vectors.a.values.1", "vectors.a.metadata.genre"]);
        probe.Require(Probe.Find(fetched, "vectors.unknown") is null, "an unknown id is answered");
        await probe.RefuseAsync(400);
    }

    private static async Task FetchByMetadataAsync(Probe probe)
    {
        probe.Index = await probe.World.CreateFilledIndexAsync();
        const string Filter = """ "filter": {"year": {"$exists": true} } """;
        await probe.SucceedAsync($$"""{ {{Filter}} }""", expect: ["namespace", "usage.readUnits", "vectors.a.values.1"]);

        var first = await probe.SucceedAsync("""{"filter": {"genre": {"$exists": true} }, "limit": 1}""", expect: "pagination.next");
        var token = first.GetProperty("pagination").GetProperty("next").GetString();
        var second = await probe.SucceedAsync($$"""{"filter": {"genre": {"$exists": true} }, "limit": 1, "paginationToken": "{{token}}"}""", expect: "vectors.b");
        probe.Require(Probe.Find(second, "pagination") is null, "the last page has a pagination");
        await probe.RefuseAsync(400, """{"filter": {"year": {"$gt": "x"} } }""");
        await probe.RefuseAsync(400, $$"""{ {{Filter}}, "limit": 0}""");
    }

    private static async Task ListAsync(Probe probe)
    {
        probe.Index = await probe.World.CreateFilledIndexAsync();
        var first = await probe.SucceedAsync(query: "?limit=1", expect: ["vectors.0.id", "namespace", "usage.readUnits", "pagination.next"]);
        var token = Uri.EscapeDataString(first.GetProperty("pagination").GetProperty("next").GetString()!);
        var second = await probe.SucceedAsync(query: $"?limit=1&paginationToken={token}", expect: "vectors.0.id");
        probe.Require(Probe.Find(second, "pagination") is null, "the last page has a pagination");
        await probe.RefuseAsync(400, query: "?limit=0");
        await probe.RefuseAsync(400, query: "?paginationToken=nonsense");
    }

    private static async Task StatsAsync(Probe probe)
    {
        await StatsAsync(probe, "{}");
        await probe.RefuseAsync(400, """{"filter": {"genre": "drama"} }""");
    }

    private static async Task StatsByGetAsync(Probe probe)
    {
        await StatsAsync(probe, null);

        // Nothing can be wrong with a request that has no fields, but its address.
        probe.Index = "missing";
        await probe.RefuseAsync(404);
    }

    private static async Task StatsAsync(Probe probe, string? body)
    {
        probe.Index = await probe.World.CreateFilledIndexAsync();
        var key = string.CompareOrdinal(probe.World.Specification.Version, "2025-04") >= 0 ? "__default__" : "";
        var stats = await probe.SucceedAsync(body, expect: ["dimension", "indexFullness", "totalVectorCount", "metric", "vectorType"]);
        probe.Require(
            stats.GetProperty("namespaces").TryGetProperty(key, out var counted) && counted.GetProperty("vectorCount").GetInt32() == 2,
            $"the default namespace is not counted as '{key}'");
    }
}
