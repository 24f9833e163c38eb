using System.Globalization;
using System.Text.Json;

namespace VectorServer.Api.Tests.Contract.Backups;

public sealed class BackupScheduleTests
{
    private const string Version = "2026-07";

    private static readonly DateTimeOffset Start = new(2026, 8, 30, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_schedule_is_created_described_listed_changed_and_deleted()
    {
        using var data = new TempData();
        await using var server = TestServer.StartOn(data.Path, new ManualTime(Start));
        await server.CreateIndexAsync("docs");

        var created = (await server.PostAsync("/indexes/docs/backup-schedules", Daily(), Version)).AssertStatus(200);
        var id = created.Text("schedule_id");

        Assert.Equal("nightly", created.Text("name"));
        Assert.Equal(("time-based", "daily"), (created.Text("schedule_type"), created.Text("frequency")));
        Assert.Equal(7, created.Json.GetProperty("retention_expire_after_days").GetInt32());
        Assert.True(created.Json.GetProperty("enabled").GetBoolean());
        Assert.True(created.Json.GetProperty("project_id").TryGetGuid(out _));
        Assert.True(created.Json.GetProperty("index_id").TryGetGuid(out _));
        Assert.Equal(Start, created.Json.GetProperty("created_at").GetDateTimeOffset());
        Assert.Equal(Start.AddDays(1), NextRun(created));
        Assert.Equal(created.Body, (await server.GetAsync($"/backup-schedules/{id}", Version)).Body);
        Assert.Equal([id], (await server.GetAsync("/indexes/docs/backup-schedules", Version)).Ids("schedule_id"));

        var changed = (await server.PatchAsync(
            $"/backup-schedules/{id}", """{"frequency":"weekly","retention":{"expire_after_days":30}}""", Version)).AssertStatus(200);
        Assert.Equal("weekly", changed.Text("frequency"));
        Assert.Equal(30, changed.Json.GetProperty("retention_expire_after_days").GetInt32());
        Assert.Equal(Start.AddDays(7), NextRun(changed));

        var deleted = await server.DeleteAsync($"/backup-schedules/{id}", Version);
        Assert.Equal((204, ""), (deleted.Status, deleted.Body));
        (await server.GetAsync($"/backup-schedules/{id}", Version)).AssertError(404, "NOT_FOUND", $"Backup schedule {id} not found.");
        (await server.GetAsync($"/backup-schedules/{id}/history", Version)).AssertStatus(404);
        Assert.Empty((await server.GetAsync("/indexes/docs/backup-schedules", Version)).Data());
    }

    [Fact]
    public async Task A_schedule_backs_up_at_its_time_and_history_tells_of_the_runs_made_and_to_come()
    {
        using var data = new TempData();
        var time = new ManualTime(Start);
        await using var server = TestServer.StartOn(data.Path, time);
        await server.CreateIndexAsync("docs", ids: ["a"]);
        var id = await CreateAsync(server);

        var planned = Assert.Single((await HistoryAsync(server, id)).Data());
        time.Advance(TimeSpan.FromHours(23));
        time.Advance(TimeSpan.FromHours(1));
        var history = await WaitForReadyAsync(server, id, 1);
        var made = history.Single(item => item.GetProperty("status").GetString() == "Ready");
        var coming = history.Single(item => item.GetProperty("status").GetString() == "Scheduled");

        Assert.Equal("Scheduled", planned.GetProperty("status").GetString());
        Assert.Equal(Start.AddDays(1), planned.GetProperty("scheduled_execution_at").GetDateTimeOffset());
        Assert.Equal(JsonValueKind.Null, planned.GetProperty("record_count").ValueKind);
        Assert.Equal(planned.GetProperty("backup_id").GetString(), made.GetProperty("backup_id").GetString());
        Assert.Equal("nightly-20260831-030000", made.GetProperty("name").GetString());
        Assert.Equal(1, made.GetProperty("record_count").GetInt64());
        Assert.Equal(Start.AddDays(2), coming.GetProperty("scheduled_execution_at").GetDateTimeOffset());
        Assert.Equal(Start.AddDays(2), NextRun(await server.GetAsync($"/backup-schedules/{id}", Version)));
        Assert.Equal([made.GetProperty("backup_id").GetString()!], (await server.GetAsync("/backups", Version)).Ids("backup_id"));
    }

    [Fact]
    public async Task Backups_of_a_schedule_expire_and_others_stay()
    {
        using var data = new TempData();
        var time = new ManualTime(Start);
        await using var server = TestServer.StartOn(data.Path, time);
        await server.CreateIndexAsync("docs", ids: ["a"]);
        var own = await server.BackUpAsync("docs");
        var id = await CreateAsync(server, days: 2);

        for (var day = 1; day <= 4; day++)
        {
            time.Advance(TimeSpan.FromDays(1));
            await WaitForRunAsync(server, id, Start.AddDays(day));
        }

        // Of the runs after 1, 2, 3 and 4 days, those of 1 and 2 are two days old now.
        var kept = await server.WaitForAsync("/backups", answer => answer.Data().Length == 3);
        Assert.Equal(
            ["nightly-20260903-030000", "nightly-20260902-030000"],
            kept.Data().Where(backup => backup.TryGetProperty("name", out _)).Select(backup => backup.GetProperty("name").GetString()));
        (await server.GetAsync($"/backups/{own}")).AssertStatus(200);
    }

    [Fact]
    public async Task A_shorter_retention_holds_for_the_backups_made_before_too_and_a_deleted_schedule_for_its_last_ones()
    {
        using var data = new TempData();
        var time = new ManualTime(Start);
        await using var server = TestServer.StartOn(data.Path, time);
        await server.CreateIndexAsync("docs", ids: ["a"]);
        var id = await CreateAsync(server, days: 100);
        time.Advance(TimeSpan.FromDays(1));
        await WaitForReadyAsync(server, id, 1);

        (await server.PatchAsync($"/backup-schedules/{id}", """{"retention":{"expire_after_days":3}}""", Version)).AssertStatus(200);
        (await server.DeleteAsync($"/backup-schedules/{id}", Version)).AssertStatus(204);
        time.Advance(TimeSpan.FromDays(2));
        Assert.Single((await server.GetAsync("/backups", Version)).Data());
        time.Advance(TimeSpan.FromDays(1));

        await server.WaitForAsync("/backups", answer => answer.Data().Length == 0);
    }

    [Fact]
    public async Task Runs_missed_while_the_server_was_down_are_made_up_for_once()
    {
        using var data = new TempData();
        var time = new ManualTime(Start);
        string id;
        await using (var server = TestServer.StartOn(data.Path, time))
        {
            await server.CreateIndexAsync("docs", ids: ["a"]);
            id = await CreateAsync(server, days: 30);
        }

        time.Advance(TimeSpan.FromDays(10.5));
        await using var again = TestServer.StartOn(data.Path, time);
        await WaitForReadyAsync(again, id, 1);

        Assert.Equal(Start.AddDays(11), NextRun(await again.GetAsync($"/backup-schedules/{id}", Version)));
        Assert.Single((await again.GetAsync("/backups", Version)).Data());
    }

    [Fact]
    public async Task A_disabled_schedule_does_not_run_and_backs_up_at_once_when_it_is_enabled_again()
    {
        using var data = new TempData();
        var time = new ManualTime(Start);
        await using var server = TestServer.StartOn(data.Path, time);
        await server.CreateIndexAsync("docs", ids: ["a"]);
        var id = await CreateAsync(server);

        var disabled = (await server.PatchAsync($"/backup-schedules/{id}", """{"enabled":false}""", Version)).AssertStatus(200);
        Assert.Equal(JsonValueKind.Null, disabled.Json.GetProperty("next_scheduled_run").ValueKind);
        Assert.Empty((await HistoryAsync(server, id)).Data());
        time.Advance(TimeSpan.FromDays(2.5));
        await server.BackUpAsync("docs"); // time for a run, if there were one
        Assert.Single((await server.GetAsync("/backups", Version)).Data());

        var enabled = (await server.PatchAsync($"/backup-schedules/{id}", """{"enabled":true}""", Version)).AssertStatus(200);

        Assert.Equal(Start.AddDays(3.5), NextRun(enabled));
        await WaitForReadyAsync(server, id, 1);
    }

    [Fact]
    public async Task An_index_has_one_enabled_schedule_at_most()
    {
        using var data = new TempData();
        await using var server = TestServer.StartOn(data.Path, new ManualTime(Start));
        await server.CreateIndexAsync("docs");
        await server.CreateIndexAsync("more");
        var first = await CreateAsync(server);

        (await server.PostAsync("/indexes/docs/backup-schedules", Daily(), Version)).AssertError(409, "ALREADY_EXISTS", "already exists");
        (await server.PostAsync("/indexes/more/backup-schedules", Daily(), Version)).AssertStatus(200);
        await server.PatchAsync($"/backup-schedules/{first}", """{"enabled":false}""", Version);
        await CreateAsync(server);
        (await server.PatchAsync($"/backup-schedules/{first}", """{"enabled":true}""", Version)).AssertError(409, "ALREADY_EXISTS", "already exists");
        Assert.Equal(2, (await server.GetAsync("/indexes/docs/backup-schedules", Version)).Data().Length);
    }

    [Fact]
    public async Task A_schedule_goes_with_its_index_and_an_index_of_the_same_name_has_none()
    {
        using var data = new TempData();
        var time = new ManualTime(Start);
        await using var server = TestServer.StartOn(data.Path, time);
        await server.CreateIndexAsync("docs", ids: ["a"]);
        var id = await CreateAsync(server);
        time.Advance(TimeSpan.FromDays(1));
        await WaitForReadyAsync(server, id, 1);

        (await server.DeleteAsync("/indexes/docs")).AssertStatus(202);
        await server.CreateIndexAsync("docs");
        time.Advance(TimeSpan.FromDays(1));

        (await server.GetAsync($"/backup-schedules/{id}", Version)).AssertStatus(404);
        Assert.Empty((await server.GetAsync("/indexes/docs/backup-schedules", Version)).Data());
        Assert.Single((await server.GetAsync("/backups", Version)).Data());
    }

    [Theory]
    [InlineData("""{"name":"","schedule":{"type":"time-based","frequency":"daily"},"retention":{"expire_after_days":1}}""", 400, "name")]
    [InlineData("""{"name":"n","schedule":{"type":"cron","frequency":"daily"},"retention":{"expire_after_days":1}}""", 400, "schedule.type")]
    [InlineData("""{"name":"n","schedule":{"type":"time-based","frequency":"hourly"},"retention":{"expire_after_days":1}}""", 400, "daily, weekly, monthly")]
    [InlineData("""{"name":"n","schedule":{"type":"time-based","frequency":"Daily"},"retention":{"expire_after_days":1}}""", 400, "daily, weekly, monthly")]
    [InlineData("""{"name":"n","schedule":{"type":"time-based","frequency":"daily"},"retention":{"expire_after_days":0}}""", 400, "expire_after_days")]
    [InlineData("""{"name":"n","schedule":{"type":"time-based","frequency":"daily"},"retention":{"expire_after_days":1000000}}""", 400, "expire_after_days")]
    [InlineData("""{"name":"n","schedule":{"type":"time-based","frequency":"daily"}}""", 422, "missing field `retention`")]
    [InlineData("""{"name":"n","schedule":{"type":"time-based"},"retention":{"expire_after_days":1}}""", 422, "missing field `frequency`")]
    public async Task Bad_schedules_are_refused(string body, int status, string message)
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("docs");

        var answer = await server.PostAsync("/indexes/docs/backup-schedules", body, Version);

        answer.AssertError(status, status == 400 ? "INVALID_ARGUMENT" : "UNPROCESSABLE_ENTITY", message);
    }

    [Fact]
    public async Task Pods_have_no_schedules_and_what_is_absent_is_404()
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("pods", BackupClient.Pod);

        (await server.PostAsync("/indexes/pods/backup-schedules", Daily(), Version)).AssertError(400, "INVALID_ARGUMENT", "Pod indexes");
        (await server.PostAsync("/indexes/none/backup-schedules", Daily(), Version)).AssertError(404, "NOT_FOUND", "Index none not found.");
        (await server.GetAsync("/indexes/none/backup-schedules", Version)).AssertError(404, "NOT_FOUND", "Index none not found.");
        (await server.PatchAsync("/backup-schedules/none", "{}", Version)).AssertError(404, "NOT_FOUND", "Backup schedule none not found.");
        (await server.DeleteAsync("/backup-schedules/none", Version)).AssertError(404, "NOT_FOUND", "Backup schedule none not found.");
        (await server.GetAsync("/backup-schedules/none/history", Version)).AssertError(404, "NOT_FOUND", "Backup schedule none not found.");
    }

    [Fact]
    public async Task History_is_paged_newest_first()
    {
        using var data = new TempData();
        var time = new ManualTime(Start);
        await using var server = TestServer.StartOn(data.Path, time);
        await server.CreateIndexAsync("docs");
        var id = await CreateAsync(server, days: 30);
        for (var day = 1; day <= 3; day++)
        {
            time.Advance(TimeSpan.FromDays(1));
            await WaitForRunAsync(server, id, Start.AddDays(day));
        }

        var whole = (await HistoryAsync(server, id)).Ids("name");
        var first = await server.GetAsync($"/backup-schedules/{id}/history?limit=3", Version);
        var last = await server.GetAsync(
            $"/backup-schedules/{id}/history?limit=3&paginationToken={first.Json.GetProperty("pagination").GetProperty("next").GetString()}", Version);

        Assert.Equal(["nightly-20260903-030000", "nightly-20260902-030000", "nightly-20260901-030000", "nightly-20260831-030000"], whole);
        Assert.Equal(whole, first.Ids("name").Concat(last.Ids("name")));
        (await server.GetAsync($"/backup-schedules/{id}/history?limit=0", Version)).AssertError(400, "INVALID_ARGUMENT", "limit");
    }

    private static string Daily(int days = 7) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"name":"nightly","schedule":{"type":"time-based","frequency":"daily"},"retention":{"expire_after_days":{{days}} } }""");

    private static async Task<string> CreateAsync(TestServer server, int days = 7) =>
        (await server.PostAsync("/indexes/docs/backup-schedules", Daily(days), Version)).AssertStatus(200).Text("schedule_id");

    private static Task<Answer> HistoryAsync(TestServer server, string id) => server.GetAsync($"/backup-schedules/{id}/history", Version);

    /// <summary>Waits until the schedule has made so many backups.</summary>
    private static async Task<JsonElement[]> WaitForReadyAsync(TestServer server, string id, int count)
    {
        var history = await server.WaitForAsync(
            $"/backup-schedules/{id}/history",
            answer => answer.Data().Count(item => item.GetProperty("status").GetString() == "Ready") == count);
        return history.Data();
    }

    /// <summary>Waits until the run of a time is made.</summary>
    private static Task<Answer> WaitForRunAsync(TestServer server, string id, DateTimeOffset at) => server.WaitForAsync(
        $"/backup-schedules/{id}/history",
        answer => answer.Data().Any(item => item.GetProperty("status").GetString() == "Ready" && item.GetProperty("created_at").GetDateTimeOffset() == at));

    private static DateTimeOffset NextRun(Answer answer) => answer.Json.GetProperty("next_scheduled_run").GetDateTimeOffset();
}
