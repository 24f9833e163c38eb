namespace VectorServer.Api.Tests.Conformance.Drivers;

internal static class AliasDrivers
{
    public static Dictionary<string, Func<Probe, Task>> All { get; } = new()
    {
        ["createNamespaceAlias"] = CreateAsync,
        ["listNamespaceAliases"] = ListAsync,
        ["describeNamespaceAlias"] = DescribeAsync,
        ["repointNamespaceAlias"] = RepointAsync,
        ["deleteNamespaceAlias"] = DeleteAsync,
    };

    private static async Task CreateAsync(Probe probe)
    {
        await ArrangeAsync(probe);
        var made = await probe.SucceedAsync(Alias("newest", "one"));
        probe.Require(made.GetProperty("target_namespace").GetString() == "one", "the target is another");
        await probe.RefuseAsync(409, Alias("newest", "one"));
        await probe.RefuseAsync(409, Alias("two", "one"));
        await probe.RefuseAsync(400, Alias("other", "missing"));
        await probe.RefuseAsync(400, """{"name": "other"}""");
    }

    private static async Task ListAsync(Probe probe)
    {
        await ArrangeAsync(probe, "live", "live-next");
        var all = await probe.SucceedAsync(expect: "namespace_aliases.1.name");
        probe.Require(all.GetProperty("total_count").GetInt32() == 2, "the count is not two");
        var first = await probe.SucceedAsync(query: "?limit=1&prefix=live", expect: "pagination.next");
        var token = Uri.EscapeDataString(first.GetProperty("pagination").GetProperty("next").GetString()!);
        var last = await probe.SucceedAsync(query: $"?limit=1&prefix=live&paginationToken={token}", expect: "namespace_aliases.0.name");
        probe.Require(Probe.Find(last, "pagination") is null, "the last page has a pagination");
        await probe.RefuseAsync(400, query: "?limit=101");
        await probe.RefuseAsync(400, query: "?paginationToken=nonsense");
    }

    private static async Task DescribeAsync(Probe probe)
    {
        await ArrangeAsync(probe, "live");
        await probe.SucceedAsync(value: "live");
        await probe.RefuseAsync(404, value: "missing");
    }

    private static async Task RepointAsync(Probe probe)
    {
        await ArrangeAsync(probe, "live");
        var moved = await probe.SucceedAsync("""{"target_namespace": "two"}""", "live");
        probe.Require(moved.GetProperty("target_namespace").GetString() == "two", "the alias did not move");
        await probe.RefuseAsync(404, """{"target_namespace": "two"}""", "missing");
    }

    private static async Task DeleteAsync(Probe probe)
    {
        await ArrangeAsync(probe, "live");
        await probe.SucceedAsync(value: "live");
        await probe.RefuseAsync(404, value: "live");
    }

    /// <summary>An index with namespaces <c>one</c> and <c>two</c>, and aliases of the first.</summary>
    private static async Task ArrangeAsync(Probe probe, params IEnumerable<string> aliases)
    {
        probe.Index = await probe.World.CreateIndexAsync();
        await probe.World.UpsertAsync(probe.Index, "one");
        await probe.World.UpsertAsync(probe.Index, "two");
        foreach (var alias in aliases)
            await probe.World.ArrangeAsync("POST", $"/indexes/{probe.Index}/namespace-aliases", Alias(alias, "one"));
    }

    private static string Alias(string name, string target) => $$"""{"name": "{{name}}", "target_namespace": "{{target}}"}""";
}
