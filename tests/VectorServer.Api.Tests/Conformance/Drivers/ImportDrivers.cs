namespace VectorServer.Api.Tests.Conformance.Drivers;

internal static class ImportDrivers
{
    public static Dictionary<string, Func<Probe, Task>> All { get; } = new()
    {
        ["startBulkImport"] = StartAsync,
        ["listBulkImports"] = ListAsync,
        ["describeBulkImport"] = DescribeAsync,
        ["cancelBulkImport"] = CancelAsync,
    };

    private static async Task StartAsync(Probe probe)
    {
        probe.Index = await probe.World.CreateIndexAsync();
        var started = await probe.SucceedAsync($$"""{"uri": "{{probe.World.CreateImport()}}", "errorMode": {"onError": "continue"} }""", expect: "id");
        var done = await probe.World.UntilAsync($"/indexes/{probe.Index}/bulk/imports/{started.GetProperty("id").GetString()}", "Completed");
        probe.Require(Probe.Find(done, "recordsImported")?.ToString() == "2", "two records are not imported");
        var stats = await probe.World.ArrangeAsync("POST", $"/indexes/{probe.Index}/describe_index_stats", "{}");
        probe.Require(stats.GetProperty("totalVectorCount").GetInt32() == 2, "the records are not there");
        await probe.RefuseAsync(400, "{}");
        await probe.RefuseAsync(400, """{"uri": ""}""");
    }

    private static async Task ListAsync(Probe probe)
    {
        await ImportAsync(probe);
        await probe.SucceedAsync(query: "?limit=10", expect: ["data.0.id", "data.0.status"]);
        await probe.RefuseAsync(400, query: "?limit=101");
    }

    private static async Task DescribeAsync(Probe probe)
    {
        var id = await ImportAsync(probe);
        await probe.SucceedAsync(value: id, expect: ["id", "uri", "status", "createdAt", "finishedAt", "percentComplete", "recordsImported"]);
        await probe.RefuseAsync(404, value: "unknown");
    }

    private static async Task CancelAsync(Probe probe)
    {
        // Of a finished import it changes nothing, and succeeds.
        await probe.SucceedAsync(value: await ImportAsync(probe));
        await probe.RefuseAsync(404, value: "unknown");
    }

    /// <summary>An import into a new index, completed.</summary>
    private static async Task<string> ImportAsync(Probe probe)
    {
        probe.Index = await probe.World.CreateIndexAsync();
        var imports = $"/indexes/{probe.Index}/bulk/imports";
        var started = await probe.World.ArrangeAsync("POST", imports, $$"""{"uri": "{{probe.World.CreateImport()}}"}""");
        var id = started.GetProperty("id").GetString()!;
        await probe.World.UntilAsync($"{imports}/{id}", "Completed");
        return id;
    }
}
