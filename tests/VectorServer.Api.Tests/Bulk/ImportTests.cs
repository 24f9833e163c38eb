using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using VectorServer.Api.Bulk;
using VectorServer.Api.Jobs;
using VectorServer.Api.Tests.Contract.Data;
using VectorServer.Storage;

namespace VectorServer.Api.Tests.Bulk;

/// <summary>The life of an import: started, told of, cancelled, gone on with.</summary>
public sealed class ImportTests
{
    private const string One = """{"id": "a", "values": [1, 2]}""";

    [Fact]
    public async Task An_import_fills_a_namespace_for_each_folder_and_tells_of_it()
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/__default__/1.jsonl", One + "\n" + """{"id": "b", "values": [3, 4], "metadata": {"genre": "drama"}}""" + "\n");
        bulk.Write("set/Shop%2Fnorth/1.jsonl", """{"id": "c", "values": [5, 6]}""");
        bulk.Write("set/_SUCCESS", "");
        bulk.Write("set/__default__/.crc", "x");

        var job = await bulk.ImportAsync("set");

        Assert.Equal("Completed", job.GetProperty("status").GetString());
        Assert.Equal(3, job.GetProperty("recordsImported").GetInt64());
        Assert.Equal(100, job.GetProperty("percentComplete").GetSingle());
        Assert.Equal(bulk.UriOf("set"), job.GetProperty("uri").GetString());
        Assert.True(job.GetProperty("finishedAt").GetDateTimeOffset() >= job.GetProperty("createdAt").GetDateTimeOffset());
        Assert.Equal("""{"importSuccesses":3,"importErrors":0}""", job.GetProperty("validationResult").GetRawText());
        Assert.False(job.TryGetProperty("error", out _));
        Assert.Equal("a b", await bulk.IdsAsync());
        Assert.Equal("c", await bulk.IdsAsync("Shop/north"));
        Assert.Contains("\"genre\":\"drama\"", (await bulk.GetAsync("/vectors/fetch?ids=b")).Body);
    }

    [Fact]
    public async Task Clients_before_2026_07_get_the_fields_they_know()
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/1.jsonl", One);
        await bulk.ImportAsync("set");

        var job = (await bulk.GetAsync("/bulk/imports/1", "2025-04")).Json;

        Assert.Equal(
            ["id", "uri", "status", "createdAt", "finishedAt", "percentComplete", "recordsImported"], job.EnumerateObject().Select(field => field.Name));
    }

    [Fact]
    public async Task A_plain_path_and_words_in_capitals_are_taken_too()
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/1.jsonl", One);

        var job = await bulk.EndOfAsync(await bulk.StartImportAsync(Path.Combine(bulk.Root, "set"), "ABORT"), $"/indexes/{BulkServer.Index}/bulk/imports");

        Assert.Equal("Completed", job.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Imports_are_listed_newest_first_page_by_page()
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/1.jsonl", One);
        for (var i = 0; i < 3; i++)
            await bulk.ImportAsync("set");

        var first = (await bulk.GetAsync("/bulk/imports?limit=2")).Json;
        var token = first.GetProperty("pagination").GetProperty("next").GetString();
        var second = (await bulk.GetAsync($"/bulk/imports?limit=2&paginationToken={token}")).Json;

        Assert.Equal("3 2", IdsOf(first));
        Assert.Equal("1", IdsOf(second));
        Assert.False(second.TryGetProperty("pagination", out _));
        (await bulk.GetAsync("/bulk/imports?limit=101")).AssertRefused("limit must be between 1 and 100");
        (await bulk.GetAsync("/bulk/imports?paginationToken=x")).AssertRefused("Invalid pagination token");
    }

    [Theory]
    [InlineData("2")]
    [InlineData("first")]
    [InlineData("-1")]
    public async Task An_unknown_import_is_not_found(string id)
    {
        await using var bulk = await BulkServer.StartAsync();

        (await bulk.GetAsync($"/bulk/imports/{id}")).AssertRefused($"Import {id} not found", 404, 5);
        (await bulk.Server.DeleteAsync($"/indexes/{BulkServer.Index}/bulk/imports/{id}")).AssertRefused("not found", 404, 5);
    }

    [Fact]
    public async Task A_waiting_import_is_cancelled_and_imports_nothing()
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/1.jsonl", One);
        using var busy = new BusyJobs(bulk);
        await bulk.StartImportAsync(bulk.UriOf("set"));

        var waiting = (await bulk.GetAsync("/bulk/imports/1")).Json;
        (await bulk.Server.DeleteAsync($"/indexes/{BulkServer.Index}/bulk/imports/1")).AssertJson("{}");
        busy.Dispose();

        Assert.Equal("Pending", waiting.GetProperty("status").GetString());
        var job = await bulk.EndOfAsync("1", $"/indexes/{BulkServer.Index}/bulk/imports");
        Assert.Equal("Cancelled", job.GetProperty("status").GetString());
        Assert.True(job.TryGetProperty("finishedAt", out _));
        Assert.Equal("Completed", (await bulk.ImportAsync("set")).GetProperty("status").GetString());
        Assert.Equal("Cancelled", (await bulk.GetAsync("/bulk/imports/1")).Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Cancelling_a_finished_import_changes_nothing()
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/1.jsonl", One);
        await bulk.ImportAsync("set");

        (await bulk.Server.DeleteAsync($"/indexes/{BulkServer.Index}/bulk/imports/1")).AssertJson("{}");

        Assert.Equal("Completed", (await bulk.GetAsync("/bulk/imports/1")).Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Imports_go_with_their_index_and_one_of_the_same_name_begins_anew()
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/1.jsonl", One);
        await bulk.ImportAsync("set");
        using (new BusyJobs(bulk))
        {
            await bulk.StartImportAsync(bulk.UriOf("set"));
            Assert.Equal(202, (await bulk.Server.DeleteAsync($"/indexes/{BulkServer.Index}")).Status);
        }

        await bulk.CreateIndexAsync(BulkServer.Index, 2);

        (await bulk.GetAsync("/bulk/imports")).AssertJson("""{"data": []}""");
        Assert.Empty(bulk.Server.Services.GetRequiredService<VectorEngine>().Documents.All("bulk"));
    }

    [Fact]
    public async Task An_import_cut_off_by_a_stop_goes_on_behind_its_last_chunk()
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/1.jsonl", "{\"id\": \"a\", \"values\": [1, 2]}\n{\"id\": \"b\"}\n{\"id\": \"c\", \"values\": [1, 2]}\n");
        bulk.Write("set/ns/2.jsonl", """{"id": "d", "values": [1, 2]}""");
        var engine = bulk.Server.Services.GetRequiredService<VectorEngine>();
        var job = new BulkJob
        {
            Kind = BulkKind.Import,
            Number = 7,
            IndexId = engine.GetIndex(BulkServer.Index).Descriptor.Id,
            Uri = bulk.UriOf("set"),
            CreatedAt = DateTimeOffset.UnixEpoch,
            Status = BulkStatus.InProgress,
            Records = 1,
            Errors = 1,
            Error = "the first",
            Position = new ImportPosition("ns/1.jsonl", 2, 0),
        };
        engine.Documents.Put("bulk", job.Key, JsonSerializer.Serialize(job, BulkJobJsonContext.Default.BulkJob));

        await bulk.RestartAsync();
        var end = await bulk.EndOfAsync("7", $"/indexes/{BulkServer.Index}/bulk/imports");

        Assert.Equal("Completed", end.GetProperty("status").GetString());
        Assert.Equal("""{"importSuccesses":3,"importErrors":1}""", end.GetProperty("validationResult").GetRawText());
        Assert.Equal("c d", await bulk.IdsAsync("ns"));
        Assert.Equal("8", (await bulk.StartImportAsync(bulk.UriOf("set"))).Json.GetProperty("id").GetString());
    }

    /// <summary>As a kill leaves it between a chunk and the note that it is loaded.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(12_000)]
    public async Task An_import_gone_on_with_undoes_nothing_that_was_written_after_its_chunk(int count)
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/1.jsonl", string.Join('\n', Enumerable.Range(0, count).Select(i => $$"""{"id": "r{{i}}", "values": [{{i}}, 1]}""")));
        await bulk.ImportAsync("set");
        await bulk.PostAsync("/vectors/delete", """{"namespace": "ns", "ids": ["r1"]}""");
        await bulk.PostAsync("/vectors/upsert", """{"namespace": "ns", "vectors": [{"id": "r2", "values": [7, 7]}]}""");

        await bulk.GoOnAfterKillAsync(job => job with { Position = null, Records = 0 });
        var end = await bulk.EndOfAsync("1", $"/indexes/{BulkServer.Index}/bulk/imports");

        Assert.Equal("Completed", end.GetProperty("status").GetString());
        Assert.Equal(count, end.GetProperty("recordsImported").GetInt64());
        Assert.Contains($"\"totalVectorCount\":{count - 1}", (await bulk.GetAsync("/describe_index_stats")).Body);
        Assert.Contains("[7,7]", (await bulk.GetAsync("/vectors/fetch?namespace=ns&ids=r2")).Body);
    }

    [Fact]
    public async Task A_finished_import_is_told_of_after_a_restart_and_a_waiting_one_runs()
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/1.jsonl", One);
        await bulk.ImportAsync("set");
        using (new BusyJobs(bulk))
        {
            bulk.Write("set/ns/1.jsonl", """{"id": "later", "values": [1, 2]}""");
            await bulk.StartImportAsync(bulk.UriOf("set"));
            await bulk.RestartAsync();
        }

        Assert.Equal("Completed", (await bulk.EndOfAsync("2", $"/indexes/{BulkServer.Index}/bulk/imports")).GetProperty("status").GetString());
        Assert.Equal("2 1", IdsOf((await bulk.GetAsync("/bulk/imports")).Json));
        Assert.Equal("a later", await bulk.IdsAsync("ns"));
    }

    [Fact]
    public async Task More_than_a_chunk_is_imported_whole()
    {
        const int Count = 60_000;
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/1.jsonl", string.Join('\n', Enumerable.Range(0, Count).Select(i => $$"""{"id": "r{{i}}", "values": [{{i}}, 1]}""")));

        var job = await bulk.ImportAsync("set", "abort");

        Assert.Equal(Count, job.GetProperty("recordsImported").GetInt64());
        Assert.Contains($"\"totalVectorCount\":{Count}", (await bulk.GetAsync("/describe_index_stats")).Body);
        Assert.Contains("[59999,1]", (await bulk.GetAsync("/vectors/fetch?namespace=ns&ids=r59999")).Body);
    }

    private static string IdsOf(JsonElement page) =>
        string.Join(' ', page.GetProperty("data").EnumerateArray().Select(job => job.GetProperty("id").GetString()));

    /// <summary>Keeps every slot of the background jobs taken, so that new ones wait.</summary>
    private sealed class BusyJobs : IDisposable
    {
        private readonly BackgroundJobs _jobs;
        private readonly string[] _names = [.. Enumerable.Range(0, 2).Select(_ => Guid.NewGuid().ToString())];

        public BusyJobs(BulkServer bulk)
        {
            _jobs = bulk.Server.Services.GetRequiredService<BackgroundJobs>();
            using var running = new CountdownEvent(2);
            foreach (var name in _names)
            {
                _jobs.Start(name, async cancellation =>
                {
                    running.Signal();
                    await Task.Delay(Timeout.Infinite, cancellation);
                });
            }

            running.Wait(TestContext.Current.CancellationToken);
        }

        public void Dispose()
        {
            foreach (var name in _names)
                _jobs.Cancel(name);
        }
    }
}
