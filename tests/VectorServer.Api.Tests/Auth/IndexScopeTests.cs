namespace VectorServer.Api.Tests.Auth;

public sealed class IndexScopeTests
{
    [Fact]
    public async Task A_key_for_some_indexes_sees_and_reaches_only_those()
    {
        await using var server = KeyedServer.Start();
        await server.CreateIndexAsync("dev-one");
        await server.CreateIndexAsync("live");

        var list = await server.GetAsync("dev-reader", "/indexes");

        Assert.Equal(["dev-one"], list.Json.GetProperty("indexes").EnumerateArray().Select(index => index.GetProperty("name").GetString()));
        Assert.Equal(200, (await server.GetAsync("dev-reader", "/indexes/dev-one")).Status);
        Assert.Equal(200, (await server.GetAsync("dev-reader", "/indexes/dev-one/describe_index_stats")).Status);
        Assert.Equal(403, (await server.GetAsync("dev-reader", "/indexes/live/describe_index_stats")).Status);
        Assert.Equal(403, (await server.GetAsync("dev-boss", "/indexes/live")).Status);
        Assert.Equal(403, (await server.SendAsync("dev-boss", HttpMethod.Delete, "/indexes/live")).Status);
    }

    [Fact]
    public async Task What_it_may_not_reach_looks_the_same_whether_it_is_there_or_not()
    {
        await using var server = KeyedServer.Start();
        await server.CreateIndexAsync("live");

        var there = await server.GetAsync("dev-reader", "/indexes/live");
        var absent = await server.GetAsync("dev-reader", "/indexes/gone");

        Assert.Equal(there.Status, absent.Status);
        Assert.Equal(there.Body.Replace("live", "gone", StringComparison.Ordinal), absent.Body);
    }

    [Fact]
    public async Task An_administrator_of_some_indexes_makes_and_drops_those_only()
    {
        await using var server = KeyedServer.Start();

        Assert.Equal(201, (await server.PostAsync("dev-boss", "/indexes", KeyedServer.Index.Replace("%", "dev-new", StringComparison.Ordinal))).Status);
        Assert.Equal(403, (await server.PostAsync("dev-boss", "/indexes", KeyedServer.Index.Replace("%", "new", StringComparison.Ordinal))).Status);
        Assert.Equal(202, (await server.SendAsync("dev-boss", HttpMethod.Delete, "/indexes/dev-new")).Status);
        Assert.Equal(404, (await server.GetAsync("boss", "/indexes/new")).Status);
    }

    [Fact]
    public async Task Backups_of_other_indexes_are_not_there_to_it()
    {
        await using var server = KeyedServer.Start();
        await server.CreateIndexAsync("dev-one");
        await server.CreateIndexAsync("live");
        var own = Id(await server.PostAsync("dev-boss", "/indexes/dev-one/backups", "{}"));
        var other = Id(await server.PostAsync("boss", "/indexes/live/backups", "{}"));

        var list = await server.GetAsync("dev-boss", "/backups");
        Assert.Equal([own], list.Json.GetProperty("data").EnumerateArray().Select(backup => backup.GetProperty("backup_id").GetString()));
        Assert.Equal(403, (await server.PostAsync("dev-boss", "/indexes/live/backups", "{}")).Status);
        Assert.Equal(404, (await server.GetAsync("dev-boss", $"/backups/{other}")).Status);
        Assert.Equal(404, (await server.SendAsync("dev-boss", HttpMethod.Delete, $"/backups/{other}")).Status);
        Assert.Equal(404, (await server.PostAsync("dev-boss", $"/backups/{other}/create-index", """{"name": "dev-two"}""")).Status);
        Assert.Equal(403, (await server.PostAsync("dev-boss", $"/backups/{own}/create-index", """{"name": "live-two"}""")).Status);
        Assert.Equal(202, (await server.PostAsync("dev-boss", $"/backups/{own}/create-index", """{"name": "dev-two"}""")).Status);
        Assert.Equal(200, (await server.GetAsync("boss", $"/backups/{other}")).Status);
    }

    [Fact]
    public async Task Schedules_and_restore_jobs_of_other_indexes_are_not_there_to_it()
    {
        await using var server = KeyedServer.Start();
        await server.CreateIndexAsync("live");
        var schedule = await server.PostAsync(
            "boss", "/indexes/live/backup-schedules", """{"name": "s", "schedule": {"type": "time-based", "frequency": "daily"}, "retention": {"expire_after_days": 1}}""", "2026-07");
        var backup = Id(await server.PostAsync("boss", "/indexes/live/backups", "{}"));
        var job = (await server.PostAsync("boss", $"/backups/{backup}/create-index", """{"name": "copy"}""")).Json.GetProperty("restore_job_id").GetString();

        Assert.True(schedule.Status == 200, schedule.Body);
        var id = schedule.Json.GetProperty("schedule_id").GetString();
        Assert.Equal(404, (await server.GetAsync("dev-boss", $"/backup-schedules/{id}", "2026-07")).Status);
        Assert.Equal(404, (await server.SendAsync("dev-boss", HttpMethod.Delete, $"/backup-schedules/{id}", version: "2026-07")).Status);
        Assert.Equal(200, (await server.GetAsync("boss", $"/backup-schedules/{id}", "2026-07")).Status);
        Assert.Equal(404, (await server.GetAsync("dev-boss", $"/restore-jobs/{job}")).Status);
        Assert.Empty((await server.GetAsync("dev-boss", "/restore-jobs")).Json.GetProperty("data").EnumerateArray());
    }

    private static string Id(Answer answer)
    {
        Assert.True(answer.Status == 201, answer.Body);
        return answer.Json.GetProperty("backup_id").GetString()!;
    }
}
