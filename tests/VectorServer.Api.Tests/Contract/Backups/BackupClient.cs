using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using VectorServer.Api.Jobs;

namespace VectorServer.Api.Tests.Contract.Backups;

/// <summary>What tests of backups do again and again, over HTTP.</summary>
internal static class BackupClient
{
    public const string Serverless = """{"serverless":{"cloud":"aws","region":"us-east-1"}}""";

    public const string Pod = """{"pod":{"environment":"us-east1-gcp","pod_type":"p1.x1"}}""";

    /// <summary>Makes an index of dimension 2 with these records in it.</summary>
    public static async Task CreateIndexAsync(this TestServer server, string name, string spec = Serverless, params string[] ids)
    {
        (await server.PostAsync("/indexes", $$"""{"name":"{{name}}","dimension":2,"spec":{{spec}}}""")).AssertStatus(201);
        if (ids.Length > 0)
            await server.UpsertAsync(name, ids);
    }

    public static async Task UpsertAsync(this TestServer server, string index, params string[] ids)
    {
        var vectors = string.Join(',', ids.Select(id => $$"""{"id":"{{id}}","values":[1,2],"metadata":{"of":"{{id}}"} }"""));
        (await server.PostAsync($"/indexes/{index}/vectors/upsert", $$"""{"vectors":[{{vectors}}]}""")).AssertStatus(200);
    }

    public static async Task<string[]> IdsAsync(this TestServer server, string index)
    {
        // By a query, which pod indexes answer too.
        var answer = (await server.PostAsync($"/indexes/{index}/query", """{"vector":[1,1],"topK":1000}""")).AssertStatus(200);
        return [.. answer.Json.GetProperty("matches").EnumerateArray().Select(match => match.GetProperty("id").GetString()!).Order(StringComparer.Ordinal)];
    }

    /// <summary>Makes a backup and waits until it is ready.</summary>
    /// <returns>Its id.</returns>
    public static async Task<string> BackUpAsync(this TestServer server, string index, string body = "{}")
    {
        var created = (await server.PostAsync($"/indexes/{index}/backups", body)).AssertStatus(201);
        var id = created.Text("backup_id");
        await server.WaitForStatusAsync($"/backups/{id}", "Ready");
        return id;
    }

    /// <summary>Begins to make an index from a backup.</summary>
    /// <returns>The id of the restore job.</returns>
    public static async Task<string> RestoreAsync(this TestServer server, string backupId, string index)
    {
        var answer = await server.PostAsync($"/backups/{backupId}/create-index", $$"""{"name":"{{index}}"}""");
        return answer.AssertStatus(202).Text("restore_job_id");
    }

    public static Task<Answer> WaitForStatusAsync(this TestServer server, string path, string status) =>
        server.WaitForAsync(path, answer => answer.Status == 200 && answer.Text("status") == status);

    public static Task<Answer> WaitForStateAsync(this TestServer server, string index, string state) => server.WaitForAsync(
        $"/indexes/{index}", answer => answer.Status == 200 && answer.Json.GetProperty("status").GetProperty("state").GetString() == state);

    /// <summary>Asks until the answer is as wanted, or the test's patience ends.</summary>
    public static async Task<Answer> WaitForAsync(this TestServer server, string path, Func<Answer, bool> isWanted)
    {
        for (var i = 0; ; i++)
        {
            var answer = await server.GetAsync(path, "2026-07");
            if (isWanted(answer))
                return answer;
            Assert.True(i < 600, $"{path} is still {answer.Status} {answer.Body}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Keeps all background work of the server waiting until the result is disposed, or the server stops.</summary>
    public static async Task<IDisposable> HoldJobsAsync(this TestServer server)
    {
        var jobs = server.Services.GetRequiredService<BackgroundJobs>();
        var held = new HeldJobs();
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ =>
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            jobs.Start($"held {Guid.NewGuid()}", cancellation =>
            {
                started.SetResult();
                return held.Released.WaitAsync(cancellation);
            });
            return started.Task;
        }));
        return held;
    }

    public static Answer AssertStatus(this Answer answer, int status)
    {
        Assert.True(answer.Status == status, $"{answer.Status}: {answer.Body}");
        return answer;
    }

    /// <summary>A refusal in the shape of the control plane.</summary>
    public static void AssertError(this Answer answer, int status, string code, string message)
    {
        answer.AssertStatus(status);
        Assert.Equal(status, answer.Json.GetProperty("status").GetInt32());
        Assert.Equal(code, answer.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains(message, answer.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    public static string Text(this Answer answer, string property) => answer.Json.GetProperty(property).GetString()!;

    public static JsonElement[] Data(this Answer answer) => [.. answer.AssertStatus(200).Json.GetProperty("data").EnumerateArray()];

    public static string[] Ids(this Answer answer, string property) => [.. answer.Data().Select(item => item.GetProperty(property).GetString()!)];

    private sealed class HeldJobs : IDisposable
    {
        private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Released => _release.Task;

        public void Dispose() => _release.TrySetResult();
    }
}
