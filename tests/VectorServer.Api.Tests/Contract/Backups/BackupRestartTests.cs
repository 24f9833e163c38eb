using VectorServer.Api.Backups;
using VectorServer.Storage;

namespace VectorServer.Api.Tests.Contract.Backups;

/// <summary>What a stop of the server cuts off never hangs.</summary>
public sealed class BackupRestartTests
{
    [Fact]
    public async Task A_backup_that_a_stop_cut_off_has_failed()
    {
        using var data = new TempData();
        string id;
        await using (var server = TestServer.StartOn(data.Path))
        {
            await server.CreateIndexAsync("docs", ids: ["a"]);
            await server.HoldJobsAsync();
            id = (await server.PostAsync("/indexes/docs/backups", """{"name":"cut"}""")).Text("backup_id");
        }

        await using var again = TestServer.StartOn(data.Path);

        Assert.Equal("InitializationFailed", (await again.GetAsync($"/backups/{id}")).Text("status"));
        (await again.PostAsync($"/backups/{id}/create-index", """{"name":"more"}""")).AssertError(412, "FAILED_PRECONDITION", "InitializationFailed");
        (await again.DeleteAsync($"/backups/{id}")).AssertStatus(202);
        Assert.Empty((await again.GetAsync("/backups")).Data());
        await again.BackUpAsync("docs");
    }

    [Fact]
    public async Task A_restore_that_a_stop_cut_off_goes_on_under_the_same_name_and_port()
    {
        using var data = new TempData();
        string job, host, backup;
        await using (var server = TestServer.StartOn(data.Path))
        {
            await server.CreateIndexAsync("docs", ids: ["a", "b"]);
            backup = await server.BackUpAsync("docs");
            await server.HoldJobsAsync();
            job = await server.RestoreAsync(backup, "again");
            host = (await server.GetAsync("/indexes/again")).Text("host");
        }

        await using var restarted = TestServer.StartOn(data.Path);
        var ready = await restarted.WaitForStateAsync("again", "Ready");

        Assert.Equal(host, ready.Text("host"));
        Assert.Equal(["a", "b"], await restarted.IdsAsync("again"));
        Assert.Equal("Completed", (await restarted.WaitForStatusAsync($"/restore-jobs/{job}", "Completed")).Text("status"));
        (await restarted.DeleteAsync($"/backups/{backup}")).AssertStatus(202);
    }

    [Fact]
    public async Task A_failed_restore_still_shows_after_a_restart_and_a_cancelled_one_does_not_come_back()
    {
        using var data = new TempData();
        await using (var server = TestServer.StartOn(data.Path))
        {
            await server.CreateIndexAsync("docs", ids: ["a"]);
            var backup = await server.BackUpAsync("docs");
            foreach (var file in Directory.GetFiles(Path.Combine(data.Path, "backups", backup), "*.npy", SearchOption.AllDirectories))
                File.Delete(file);
            await server.WaitForStatusAsync($"/restore-jobs/{await server.RestoreAsync(backup, "failed")}", "Failed");
            await server.HoldJobsAsync();
            await server.RestoreAsync(backup, "cancelled");
            _ = server.DeleteAsync("/indexes/cancelled");
            await server.WaitForStateAsync("cancelled", "Terminating");
        }

        await using var again = TestServer.StartOn(data.Path);

        await again.WaitForStateAsync("failed", "InitializationFailed");
        (await again.GetAsync("/indexes/cancelled")).AssertStatus(404);
        (await again.DeleteAsync("/indexes/failed")).AssertStatus(202);
        (await again.GetAsync("/indexes/failed")).AssertStatus(404);
    }

    [Fact]
    public async Task What_was_whole_when_a_crash_came_before_its_record_was_written_is_taken_as_done()
    {
        using var data = new TempData();
        string backup, job;
        await using (var server = TestServer.StartOn(data.Path))
        {
            await server.CreateIndexAsync("docs", ids: ["a"]);
            backup = await server.BackUpAsync("docs");
            job = await server.RestoreAsync(backup, "again");
            await server.WaitForStateAsync("again", "Ready");
        }

        await using (var engine = VectorEngine.Open(new EngineOptions { DataDirectory = data.Path }))
        {
            // As a crash leaves them: the index and the backup are there, the records still say under way.
            var written = RestoreJob.Parse(engine.Documents.Get(RestoreJob.Kind, job)!);
            engine.Documents.Put(RestoreJob.Kind, job, (written with { Status = RestoreStatus.Pending, EndedAt = null }).ToJson());
            var document = new BackupDocument(engine.GetIndex("docs").Descriptor, new BackupAttributes(), DateTimeOffset.UtcNow);
            engine.Documents.Put(BackupDocument.Kind, backup, document.ToJson());
        }

        await using var again = TestServer.StartOn(data.Path);

        Assert.Equal("Completed", (await again.GetAsync($"/restore-jobs/{job}")).Text("status"));
        Assert.Equal("Ready", (await again.GetAsync($"/backups/{backup}")).Text("status"));
        Assert.Equal(["a"], await again.IdsAsync("again"));
    }

    [Fact]
    public async Task Backups_are_there_after_a_restart()
    {
        using var data = new TempData();
        string id;
        await using (var server = TestServer.StartOn(data.Path))
        {
            await server.CreateIndexAsync("docs", ids: ["a"]);
            id = await server.BackUpAsync("docs", """{"name":"kept","description":"d"}""");
        }

        await using var again = TestServer.StartOn(data.Path);
        var backup = await again.GetAsync($"/backups/{id}");

        Assert.Equal(("kept", "d", "Ready"), (backup.Text("name"), backup.Text("description"), backup.Text("status")));
    }
}
