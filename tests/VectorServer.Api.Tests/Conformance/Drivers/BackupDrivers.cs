namespace VectorServer.Api.Tests.Conformance.Drivers;

internal static class BackupDrivers
{
    private const string UnknownId = "00000000-0000-4000-8000-000000000000";

    public static Dictionary<string, Func<Probe, Task>> All { get; } = new()
    {
        ["create_backup"] = CreateAsync,
        ["list_index_backups"] = ListOfIndexAsync,
        ["list_project_backups"] = ListAsync,
        ["describe_backup"] = DescribeAsync,
        ["delete_backup"] = DeleteAsync,
    };

    /// <summary>A backup of a new index with two records, ready.</summary>
    public static async Task<(string Id, string Index)> CreateReadyAsync(World world)
    {
        var index = await world.CreateFilledIndexAsync();
        return (await CreateReadyAsync(world, index), index);
    }

    private static async Task<string> CreateReadyAsync(World world, string index)
    {
        var created = await world.ArrangeAsync("POST", $"/indexes/{index}/backups", """{"name": "nightly", "description": "before the change"}""");
        var id = created.GetProperty("backup_id").GetString()!;
        await world.UntilAsync($"/backups/{id}", "Ready");
        return id;
    }

    private static async Task CreateAsync(Probe probe)
    {
        var index = await probe.World.CreateFilledIndexAsync();
        var created = await probe.SucceedAsync("""{"name": "nightly", "description": "before the change"}""", index, expect: ["name", "description", "created_at"]);
        probe.Require(created.GetProperty("source_index_name").GetString() == index, "the source is another");
        await probe.World.UntilAsync($"/backups/{created.GetProperty("backup_id").GetString()}", "Ready");
        await probe.SucceedAsync("{}", index);
        await probe.RefuseAsync(422, """{"name": 7}""", index);
    }

    private static async Task ListOfIndexAsync(Probe probe)
    {
        var (id, index) = await CreateReadyAsync(probe.World);
        var other = await CreateReadyAsync(probe.World, index);

        var all = await probe.SucceedAsync(value: index, expect: ["data.1.backup_id"]);
        var ids = all.GetProperty("data").EnumerateArray().Select(backup => backup.GetProperty("backup_id").GetString());
        probe.Require(ids.Order().SequenceEqual(new[] { id, other }.Order()), "other backups are listed");
        var first = await probe.SucceedAsync(value: index, query: "?limit=1", expect: "pagination.next");
        var next = Uri.EscapeDataString(first.GetProperty("pagination").GetProperty("next").GetString()!);
        var second = await probe.SucceedAsync(value: index, query: $"?limit=1&paginationToken={next}", expect: "data.0.backup_id");
        probe.Require(Probe.Find(second, "pagination.next") is null, "the last page has a next");
        await probe.RefuseAsync(404, value: "missing");
    }

    private static async Task ListAsync(Probe probe)
    {
        var (id, _) = await CreateReadyAsync(probe.World);
        var list = await probe.SucceedAsync(query: "?limit=100", expect: "data.0.backup_id");
        probe.Require(list.GetProperty("data").EnumerateArray().Any(backup => backup.GetProperty("backup_id").GetString() == id), "the backup is not listed");
        if (probe.Operation.Lists(400))
            await probe.RefuseAsync(400, query: "?paginationToken=nonsense");
    }

    private static async Task DescribeAsync(Probe probe)
    {
        var (id, index) = await CreateReadyAsync(probe.World);
        var backup = await probe.SucceedAsync(value: id, expect: ["record_count", "namespace_count", "size_bytes", "created_at"]);
        probe.Require(backup.GetProperty("record_count").GetInt64() == 2, "the backup does not hold two records");
        probe.Require(backup.GetProperty("source_index_name").GetString() == index, "the source is another");
        await probe.RefuseAsync(404, value: UnknownId);
    }

    private static async Task DeleteAsync(Probe probe)
    {
        var (id, _) = await CreateReadyAsync(probe.World);
        await probe.SucceedAsync(value: id);
        await probe.RefuseAsync(404, value: UnknownId);
    }
}
