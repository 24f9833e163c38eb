namespace VectorServer.Api.Tests.Conformance.Drivers;

internal static class ScheduleDrivers
{
    private const string UnknownId = "00000000-0000-4000-8000-000000000000";

    private const string Daily = """
        {"name": "nightly", "schedule": {"type": "time-based", "frequency": "daily"}, "retention": {"expire_after_days": 7} }
        """;

    public static Dictionary<string, Func<Probe, Task>> All { get; } = new()
    {
        ["list_backup_schedules"] = ListAsync,
        ["create_backup_schedule"] = CreateAsync,
        ["describe_backup_schedule"] = DescribeAsync,
        ["update_backup_schedule"] = UpdateAsync,
        ["delete_backup_schedule"] = DeleteAsync,
        ["list_backup_schedule_history"] = HistoryAsync,
    };

    private static async Task ListAsync(Probe probe)
    {
        var (_, index) = await CreateScheduleAsync(probe.World);
        await probe.SucceedAsync(value: index, expect: "data.0.schedule_id");
        await probe.RefuseAsync(404, value: "missing");
    }

    private static async Task CreateAsync(Probe probe)
    {
        var index = await probe.World.CreateIndexAsync();
        var created = await probe.SucceedAsync(Daily, index, expect: "next_scheduled_run");
        probe.Require(created.GetProperty("frequency").GetString() == "daily", "the frequency is another");
        probe.Require(created.GetProperty("retention_expire_after_days").GetInt32() == 7, "the retention is another");
        probe.Require(created.GetProperty("enabled").GetBoolean(), "the schedule is not enabled");

        await probe.RefuseAsync(409, Daily, index);
        await probe.RefuseAsync(404, Daily, "missing");
        await probe.RefuseAsync(400, Daily, await probe.World.CreatePodIndexAsync());
        await probe.RefuseAsync(422, """{"name": "nightly"}""", await probe.World.CreateIndexAsync());
    }

    private static async Task DescribeAsync(Probe probe)
    {
        var (id, _) = await CreateScheduleAsync(probe.World);
        await probe.SucceedAsync(value: id, expect: "next_scheduled_run");
        await probe.RefuseAsync(404, value: UnknownId);
    }

    private static async Task UpdateAsync(Probe probe)
    {
        var (id, _) = await CreateScheduleAsync(probe.World);
        var changed = await probe.SucceedAsync("""{"frequency": "weekly", "retention": {"expire_after_days": 30}, "enabled": false}""", id);
        probe.Require(changed.GetProperty("frequency").GetString() == "weekly", "the frequency did not change");
        probe.Require(!changed.GetProperty("enabled").GetBoolean(), "the schedule is still enabled");
        await probe.RefuseAsync(404, """{"enabled": false}""", UnknownId);
    }

    private static async Task DeleteAsync(Probe probe)
    {
        var (id, _) = await CreateScheduleAsync(probe.World);
        await probe.SucceedAsync(value: id);
        await probe.RefuseAsync(404, value: id);
    }

    private static async Task HistoryAsync(Probe probe)
    {
        var (id, _) = await CreateScheduleAsync(probe.World);
        await probe.SucceedAsync(value: id);
        await probe.RefuseAsync(404, value: UnknownId);
    }

    private static async Task<(string Id, string Index)> CreateScheduleAsync(World world)
    {
        var index = await world.CreateIndexAsync();
        var created = await world.ArrangeAsync("POST", $"/indexes/{index}/backup-schedules", Daily);
        return (created.GetProperty("schedule_id").GetString()!, index);
    }
}
