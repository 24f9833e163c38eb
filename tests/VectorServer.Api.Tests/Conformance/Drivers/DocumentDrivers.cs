namespace VectorServer.Api.Tests.Conformance.Drivers;

internal static class DocumentDrivers
{
    private const string Documents = """
        {"documents": [{"_id": "a", "title": "apples grow on trees", "place": [1, 0]}, {"_id": "b", "title": "trains run on rails", "place": [0, 1]}]}
        """;

    public static Dictionary<string, Func<Probe, Task>> All { get; } = new()
    {
        ["upsertDocuments"] = UpsertAsync,
        ["searchDocuments"] = SearchAsync,
        ["fetchDocuments"] = FetchAsync,
        ["deleteDocuments"] = DeleteAsync,
        ["updateDocuments"] = UpdateAsync,
        ["listDocuments"] = ListAsync,
    };

    private static async Task UpsertAsync(Probe probe)
    {
        await CreateIndexAsync(probe);
        var written = await probe.SucceedAsync(Documents, "n");
        probe.Require(written.GetProperty("upserted_count").GetInt32() == 2, "the count is not two");
        await probe.RefuseAsync(400, """{"documents": []}""", "n");
    }

    private static async Task SearchAsync(Probe probe)
    {
        await ArrangeAsync(probe);
        await probe.SucceedAsync(
            """{"score_by": [{"type": "dense_vector", "fields": ["place"], "values": [1, 0]}], "top_k": 1, "include_fields": ["*"]}""",
            "n",
            expect: "matches.0.title");
        await probe.SucceedAsync("""{"score_by": [{"type": "text", "fields": ["title"], "query": "apples"}], "top_k": 1}""", "n", expect: "matches.0._id");
        await probe.RefuseAsync(400, """{"score_by": [], "top_k": 1}""", "n");
    }

    private static async Task FetchAsync(Probe probe)
    {
        await ArrangeAsync(probe);
        await probe.SucceedAsync("""{"ids": ["a", "unknown"]}""", "n", expect: "documents.a.title");
        await probe.RefuseAsync(400, "{}", "n");
    }

    private static async Task DeleteAsync(Probe probe)
    {
        await ArrangeAsync(probe);
        await probe.SucceedAsync("""{"ids": ["a"]}""", "n");
        await probe.RefuseAsync(400, "{}", "n");
    }

    private static async Task UpdateAsync(Probe probe)
    {
        await ArrangeAsync(probe);
        await probe.SucceedAsync("""{"documents": [{"_id": "a", "title": "pears grow on trees"}]}""", "n");
        await probe.RefuseAsync(400, "{}", "n");
    }

    private static async Task ListAsync(Probe probe)
    {
        await ArrangeAsync(probe);
        await probe.SucceedAsync("{}", "n", expect: "documents.1._id");
        await probe.RefuseAsync(400, """{"limit": 0}""", "n");
    }

    private static async Task ArrangeAsync(Probe probe)
    {
        await CreateIndexAsync(probe);
        await probe.World.ArrangeAsync("POST", $"/indexes/{probe.Index}/namespaces/n/documents/upsert", Documents);
    }

    private static async Task CreateIndexAsync(Probe probe)
    {
        probe.Index = probe.World.NewName();
        await probe.World.ArrangeAsync("POST", "/indexes", $$"""
            {"name": "{{probe.Index}}", "schema": {"fields": {
              "title": {"type": "string", "full_text_search": {"language": "en"} },
              "place": {"type": "dense_vector", "dimension": 2, "metric": "cosine"} } } }
            """);
    }
}
