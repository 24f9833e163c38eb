namespace VectorServer.Api.Tests.Conformance.Drivers;

/// <summary>The writes.</summary>
internal static class VectorDrivers
{
    public static Dictionary<string, Func<Probe, Task>> All { get; } = new()
    {
        ["upsertVectors"] = UpsertAsync,
        ["updateVector"] = UpdateAsync,
        ["deleteVectors"] = DeleteAsync,
        ["deleteVectorsByParameters"] = DeleteByParametersAsync,
    };

    private static async Task UpsertAsync(Probe probe)
    {
        probe.Index = await probe.World.CreateIndexAsync();
        var written = await probe.SucceedAsync(
            """{"namespace": "n", "vectors": [{"id": "a", "values": [1, 0.5], "metadata": {"tags": ["x", "y"], "ok": true} }, {"id": "b", "values": [0, 1]}]}""",
            expect: "upsertedCount");
        probe.Require(written.GetProperty("upsertedCount").GetInt32() == 2, "the count is not two");
        await probe.RefuseAsync(400, """{"vectors": [{"id": "a", "values": [1, 2, 3]}]}""");
        await probe.RefuseAsync(400, """{"vectors": [{"id": "a", "values": [1, 0], "metadata": {"nested": {} } }]}""");
        await probe.RefuseAsync(400, """{"vectors": []}""");
        await probe.RefuseAsync(400, """{"vectors": 7}""");
    }

    private static async Task UpdateAsync(Probe probe)
    {
        probe.Index = await probe.World.CreateFilledIndexAsync();
        await probe.SucceedAsync("""{"id": "a", "values": [0.25, 1], "setMetadata": {"year": 2020} }""");
        if (string.CompareOrdinal(probe.World.Specification.Version, "2025-10") >= 0)
        {
            var counted = await probe.SucceedAsync(
                """{"filter": {"genre": {"$eq": "drama"} }, "setMetadata": {"seen": true}, "dryRun": true}""", expect: "matchedRecords");
            probe.Require(counted.GetProperty("matchedRecords").GetInt32() == 1, "the filter does not match one record");
        }

        await probe.RefuseAsync(400, """{"id": "a", "values": [1, 2, 3]}""");
        await probe.RefuseAsync(400, """{"setMetadata": {"year": 2020} }""");
    }

    private static async Task DeleteAsync(Probe probe)
    {
        probe.Index = await probe.World.CreateFilledIndexAsync();
        await probe.SucceedAsync("""{"ids": ["a", "unknown"]}""");
        await probe.SucceedAsync("""{"filter": {"genre": "comedy"} }""");
        await probe.SucceedAsync("""{"deleteAll": true}""");
        await probe.RefuseAsync(400, "{}");
        await probe.RefuseAsync(404, """{"deleteAll": true, "namespace": "missing"}""");
    }

    private static async Task DeleteByParametersAsync(Probe probe)
    {
        probe.Index = await probe.World.CreateFilledIndexAsync();
        await probe.SucceedAsync(query: "?ids=a&ids=b");
        await probe.SucceedAsync(query: "?deleteAll=true");
        await probe.RefuseAsync(400);
    }
}
