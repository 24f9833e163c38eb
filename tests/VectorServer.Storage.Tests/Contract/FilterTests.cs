using System.Text.Json;
using Microsoft.Data.Sqlite;
using VectorServer.Storage.Tests.Filters;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>Filters over the life of a namespace: whatever was written, changed, removed, compacted or reopened, they find what is there.</summary>
public sealed class FilterTests : IndexContract
{
    private const int Ids = 120;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Filters_find_what_a_naive_reading_finds_after_any_writes(int seed)
    {
        var random = new Random(seed);
        var generator = new RandomMetadata(random);
        var index = CreateDense(compression: Compression.Float32);
        var records = new Dictionary<string, JsonElement?>();
        for (var step = 0; step < 60; step++)
        {
            switch (random.Next(12))
            {
                case 0 when records.Count > 0:
                    await DeleteByFilterAsync(index, generator.Filter(), records);
                    break;
                case 1 when records.Count > 0:
                    await UpdateByFilterAsync(index, generator.Filter(), generator.Metadata(), records);
                    break;
                case 2 when records.Count > 0:
                    await index.CompactAsync("", Cancellation);
                    break;
                case 3:
                    await ReopenAsync();
                    index = Engine.GetIndex("docs");
                    break;
                case 4 when random.Next(4) == 0 && records.Count > 0:
                    await index.DeleteAllAsync("", Cancellation);
                    records.Clear();
                    break;
                default:
                    await UpsertAsync(index, random, generator, records);
                    break;
            }

            for (var i = 0; i < 5; i++)
                Check(index, generator.Filter(), records, pageLength: random.Next(1, 40));
        }
    }

    [Fact]
    public async Task A_filter_beside_writes_shows_each_batch_whole()
    {
        const int BatchLength = 50;
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("first", [1, 2, 3], """{"batch":-1}""")], Cancellation);
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(
            () =>
            {
                var seen = 0L;
                do
                {
                    var count = index.Stats(Filter("""{"batch":{"$gte":0}}""")).TotalRecordCount;
                    Assert.True(count % BatchLength == 0 && count >= seen, $"{count} records after {seen}");
                    seen = count;
                }
                while (!done.IsCancellationRequested);
                return seen;
            },
            Cancellation)).ToArray();

        for (var batch = 0; batch < 100; batch++)
        {
            var records = Enumerable.Range(0, BatchLength).Select(i => Dense($"{batch}-{i}", [1, 2, 3], $$$"""{"batch":{{{batch}}},"only {{{batch}}}":true}"""));
            await index.UpsertAsync("", [.. records], Cancellation);
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(100 * BatchLength, index.Stats(Filter("""{"batch":{"$gte":0}}""")).TotalRecordCount);
        Assert.Equal(BatchLength, index.Stats(Filter("""{"only 99":true}""")).TotalRecordCount);
    }

    [Fact]
    public async Task Compaction_lets_go_of_values_that_no_record_has()
    {
        var index = CreateDense();
        await index.UpsertAsync(
            "", [.. Enumerable.Range(0, 5_000).Select(i => Dense($"id-{i}", [1, 2, 3], $$"""{"n":{{i}},"text":"a text that is unique, {{i}}"}"""))], Cancellation);
        await index.DeleteByFilterAsync("", Filter("""{"n":{"$gte":10}}""")!, Cancellation);
        var before = ColumnBytes(index);

        await index.CompactAsync("", Cancellation);

        Assert.Equal(10, index.Stats(Filter("""{"n":{"$exists":true}}""")).TotalRecordCount);
        Assert.InRange(ColumnBytes(index), 1, before / 50);
    }

    [Fact]
    public async Task A_damaged_row_is_told_by_filters_and_harms_no_other_read()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3], """{"f":1}"""), Dense("b", [3, 2, 1], """{"f":2}""")], Cancellation);
        await Engine.DisposeAsync();
        using (var metadata = new SqliteConnection($"Data Source={Path.Combine(DataDirectory, "indexes", "docs", "__default__", "gen-000001", "metadata.db")};Pooling=False"))
        {
            metadata.Open();
            using var command = metadata.CreateCommand();
            command.CommandText = "UPDATE records SET metadata = '{\"f\":1}' WHERE row = 1";
            command.ExecuteNonQuery();
        }

        await ReopenAsync();
        index = Engine.GetIndex("docs");

        for (var attempt = 0; attempt < 2; attempt++)
            Assert.Equal(StorageErrorCode.DataCorruption, Assert.Throws<StorageException>(() => index.Stats(Filter("""{"f":1}"""))).Code);
        await index.UpsertAsync("", [Dense("c", [1, 1, 1], """{"f":1}""")], Cancellation);
        Assert.Equal(["a", "c"], index.Fetch("", ["a", "c"]).Records.Select(record => record.Id));
        Assert.Equal(3, index.Query("", new VectorQuery { TopK = 5, Vector = new float[] { 1, 2, 3 } }, Cancellation).Matches.Count);
    }

    private static long ColumnBytes(VectorIndex index)
    {
        Assert.True(index.Namespaces.TryAcquire("", out var lease));
        using (lease)
            return lease.Snapshot.Generation.Columns.Bytes;
    }

    private static async Task UpsertAsync(VectorIndex index, Random random, RandomMetadata generator, Dictionary<string, JsonElement?> records)
    {
        var batch = new List<VectorRecord>();
        for (var count = random.Next(1, 25); count > 0; count--)
        {
            var id = $"id-{random.Next(Ids)}";
            var metadata = generator.Metadata();
            batch.Add(Dense(id, RandomVector(random, 3), metadata));
            records[id] = metadata is null ? null : JsonElement.Parse(metadata);
        }

        await index.UpsertAsync("", batch, Cancellation);
    }

    private static async Task DeleteByFilterAsync(VectorIndex index, string filter, Dictionary<string, JsonElement?> records)
    {
        await index.DeleteByFilterAsync("", Filter(filter)!, Cancellation);
        foreach (var id in Matching(filter, records))
            records.Remove(id);
    }

    private static async Task UpdateByFilterAsync(VectorIndex index, string filter, string? changes, Dictionary<string, JsonElement?> records)
    {
        var matching = Matching(filter, records);
        var result = await index.UpdateByFilterAsync("", Filter(filter)!, Metadata(changes), dryRun: false, limit: 1_000, Cancellation);

        Assert.Equal(matching.Length, result.MatchedRecords);
        foreach (var id in matching)
        {
            var merged = index.Fetch("", [id]).Records[0].Metadata;
            records[id] = merged is null ? null : JsonElement.Parse(Json(merged));
        }
    }

    private static void Check(VectorIndex index, string filter, Dictionary<string, JsonElement?> records, int pageLength)
    {
        var expected = Matching(filter, records);

        var paged = new List<string>();
        string? after = null;
        do
        {
            var page = index.FetchByFilter("", Filter(filter), pageLength, after);
            paged.AddRange(page.Records.Select(record => record.Id));
            after = page.NextAfterId;
        }
        while (after is not null);

        var query = new VectorQuery { TopK = Ids, Vector = new float[] { 1, 2, 3 }, Filter = Filter(filter) };
        Assert.Equal(expected, paged);
        Assert.Equal(expected.Length, index.Stats(Filter(filter)).TotalRecordCount);
        Assert.Equal(expected, index.Query("", query, Cancellation).Matches.Select(match => match.Id).Order(StringComparer.Ordinal));
    }

    private static string[] Matching(string filter, Dictionary<string, JsonElement?> records)
    {
        var wire = JsonElement.Parse(filter);
        return [.. records.Where(record => NaiveFilter.Matches(wire, record.Value)).Select(record => record.Key).Order(StringComparer.Ordinal)];
    }
}
