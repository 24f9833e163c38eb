namespace VectorServer.Api.Tests.Conformance.Drivers;

internal static class RecordDrivers
{
    private const string Records = """
        {"_id": "a", "text": "apples grow on trees", "kind": "fruit"}
        {"_id": "b", "text": "trains run on rails", "kind": "vehicle"}
        """;

    public static Dictionary<string, Func<Probe, Task>> All { get; } = new()
    {
        ["upsertRecordsNamespace"] = UpsertAsync,
        ["searchRecordsNamespace"] = SearchAsync,
    };

    private static async Task UpsertAsync(Probe probe)
    {
        probe.ContentType = "application/x-ndjson";
        probe.Index = await probe.World.CreateTextIndexAsync();
        await probe.SucceedAsync(Records, "n");
        await probe.RefuseAsync(400, """{"text": "a record without an id"}""", "n");

        // An index without a model cannot embed text.
        probe.Index = await probe.World.CreateIndexAsync();
        await probe.RefuseAsync(400, Records, "n");
    }

    private static async Task SearchAsync(Probe probe)
    {
        probe.Index = await probe.World.CreateTextIndexAsync();
        await probe.World.ArrangeAsync("POST", $"/indexes/{probe.Index}/records/namespaces/n/upsert", Records, "application/x-ndjson");
        await probe.SucceedAsync(
            """{"query": {"inputs": {"text": "fruit on trees"}, "top_k": 2, "filter": {"kind": "fruit"} }, "fields": ["text"]}""",
            "n",
            expect: ["result.hits.0.fields.text", "usage.embed_total_tokens"]);
        await probe.RefuseAsync(400, """{"query": {"inputs": {"text": "fruit"} } }""", "n");
    }
}
