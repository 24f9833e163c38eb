using System.Text.Json;

namespace VectorServer.Api.Tests.Conformance.Drivers;

internal static class NamespaceDrivers
{
    public static Dictionary<string, Func<Probe, Task>> All { get; } = new()
    {
        ["listNamespacesOperation"] = ListAsync,
        ["createNamespace"] = CreateAsync,
        ["describeNamespace"] = DescribeAsync,
        ["deleteNamespace"] = DeleteAsync,
    };

    private static async Task ListAsync(Probe probe)
    {
        probe.Index = await probe.World.CreateFilledIndexAsync();
        await probe.World.UpsertAsync(probe.Index, "one");
        await probe.World.UpsertAsync(probe.Index, "two");

        var list = await probe.SucceedAsync(expect: ["namespaces.0.name", "namespaces.0.record_count"]);
        var names = list.GetProperty("namespaces").EnumerateArray().Select(ns => ns.GetProperty("name").GetString()!);
        probe.Require(names.Order(StringComparer.Ordinal).SequenceEqual(["__default__", "one", "two"]), "other namespaces are listed");
        if (string.CompareOrdinal(probe.World.Specification.Version, "2025-10") >= 0)
        {
            var counted = await probe.SucceedAsync(query: "?prefix=t", expect: "total_count");
            probe.Require(counted.GetProperty("total_count").GetInt32() == 1, "the count is not of the prefix");
        }

        var first = await probe.SucceedAsync(query: "?limit=2", expect: "pagination.next");
        var token = Uri.EscapeDataString(first.GetProperty("pagination").GetProperty("next").GetString()!);
        var last = await probe.SucceedAsync(query: $"?limit=2&paginationToken={token}", expect: "namespaces.0.name");
        probe.Require(Probe.Find(last, "pagination") is null, "the last page has a pagination");
        await probe.RefuseAsync(400, query: "?limit=101");
    }

    private static async Task CreateAsync(Probe probe)
    {
        probe.Index = await probe.World.CreateIndexAsync();
        var made = await probe.SucceedAsync(
            """{"name": "n", "schema": {"fields": {"genre": {"filterable": true} } } }""", expect: ["name", "schema.fields.genre.filterable", "record_count"]);
        RequireCount(probe, made, 0);
        await probe.SucceedAsync("""{"name": "plain"}""");
        await probe.RefuseAsync(409, """{"name": "n"}""");
        await probe.RefuseAsync(400, "{}");
        await probe.RefuseAsync(422, """{"name": "flat", "schema": {"genre": {"filterable": true} } }""");
    }

    private static async Task DescribeAsync(Probe probe)
    {
        probe.Index = await probe.World.CreateFilledIndexAsync();
        await probe.World.UpsertAsync(probe.Index, "a b");
        RequireCount(probe, await probe.SucceedAsync(value: "__default__", expect: ["name", "record_count"]), 2);
        var named = await probe.SucceedAsync(value: "a b");
        probe.Require(named.GetProperty("name").GetString() == "a b", "the name is another");
        await probe.RefuseAsync(404, value: "missing");
    }

    private static async Task DeleteAsync(Probe probe)
    {
        probe.Index = await probe.World.CreateIndexAsync();
        await probe.World.UpsertAsync(probe.Index, "n");
        await probe.SucceedAsync(value: "n");
        await probe.RefuseAsync(404, value: "n");
    }

    // The schema says whether it is a number or text; either way it must be this one.
    private static void RequireCount(Probe probe, JsonElement description, long count) =>
        probe.Require(description.GetProperty("record_count").ToString() == $"{count}", $"the count is not {count}");
}
