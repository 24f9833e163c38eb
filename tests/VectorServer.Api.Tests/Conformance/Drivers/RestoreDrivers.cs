namespace VectorServer.Api.Tests.Conformance.Drivers;

internal static class RestoreDrivers
{
    private const string UnknownId = "00000000-0000-4000-8000-000000000000";

    public static Dictionary<string, Func<Probe, Task>> All { get; } = new()
    {
        ["create_index_from_backup_operation"] = CreateIndexAsync,
        ["list_restore_jobs"] = ListAsync,
        ["describe_restore_job"] = DescribeAsync,
    };

    private static async Task CreateIndexAsync(Probe probe)
    {
        var (id, source) = await BackupDrivers.CreateReadyAsync(probe.World);
        var name = probe.World.NewName();

        var started = await probe.SucceedAsync($$"""{"name": "{{name}}", "tags": {"from": "backup"}, "deletion_protection": "enabled"}""", id);
        await probe.World.UntilAsync($"/restore-jobs/{started.GetProperty("restore_job_id").GetString()}", "Completed");
        var stats = await probe.World.ArrangeAsync("POST", $"/indexes/{name}/describe_index_stats", "{}");
        probe.Require(stats.GetProperty("totalVectorCount").GetInt32() == 2, "the new index does not hold the backup's records");

        await probe.RefuseAsync(404, $$"""{"name": "{{probe.World.NewName()}}"}""", UnknownId);
        await probe.RefuseAsync(409, $$"""{"name": "{{source}}"}""", id);
        await probe.RefuseAsync(422, "{}", id);
    }

    private static async Task ListAsync(Probe probe)
    {
        var job = await RestoreAsync(probe.World);
        var list = await probe.SucceedAsync(query: "?limit=100", expect: "data.0.restore_job_id");
        probe.Require(list.GetProperty("data").EnumerateArray().Any(shown => shown.GetProperty("restore_job_id").GetString() == job), "the job is not listed");
        if (probe.Operation.Lists(400))
            await probe.RefuseAsync(400, query: "?paginationToken=nonsense");
    }

    private static async Task DescribeAsync(Probe probe)
    {
        var job = await RestoreAsync(probe.World);
        await probe.World.UntilAsync($"/restore-jobs/{job}", "Completed");
        await probe.SucceedAsync(value: job, expect: ["completed_at", "percent_complete"]);
        await probe.RefuseAsync(404, value: UnknownId);
    }

    private static async Task<string> RestoreAsync(World world)
    {
        var (id, _) = await BackupDrivers.CreateReadyAsync(world);
        var started = await world.ArrangeAsync("POST", $"/backups/{id}/create-index", $$"""{"name": "{{world.NewName()}}"}""");
        return started.GetProperty("restore_job_id").GetString()!;
    }
}
