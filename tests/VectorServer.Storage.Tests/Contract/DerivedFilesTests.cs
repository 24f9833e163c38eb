using System.Collections.Concurrent;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>Ids and codes that a stop saves for the next start: used where they are whole, made again where they are not.</summary>
public sealed class DerivedFilesTests : IndexContract
{
    private const int Dimension = 8;
    private const int Rows = 6_000;

    private readonly ConcurrentQueue<string> _log = new();
    private readonly Random _random = new(5);

    protected override EngineOptions Options => base.Options with { Log = _log.Enqueue };

    private string Generation => Path.Combine(DataDirectory, "indexes", "docs", "__default__", "gen-000001");

    [Fact]
    public async Task An_opening_takes_saved_codes_and_ids_and_encodes_only_rows_written_since()
    {
        var index = await CreateFilledAsync();
        var queries = Queries();
        var before = Answers(index, queries);
        await ReopenAsync();
        index = Engine.GetIndex("docs");

        Assert.Equal(before, Answers(index, queries));
        Assert.Equal((Rows, Rows), Saved(index));
        Assert.Empty(_log);

        await index.UpsertAsync("", [.. Enumerable.Range(0, 20).Select(i => Dense($"late{i}", RandomVector(_random, Dimension)))], Cancellation);
        var after = Answers(index, queries);
        await ReopenAsync();
        index = Engine.GetIndex("docs");
        Assert.Equal((Rows, Rows), Saved(index)); // a few rows more are not worth another file
        Assert.Equal(after, Answers(index, queries));
        Assert.Equal(Rows + 20, index.Stats().TotalRecordCount);
        Assert.Single(index.Fetch("", ["late7"]).Records);
    }

    [Theory]
    [InlineData("codes.bin", "encodes its rows anew")]
    [InlineData("ids.bin", "reads its ids from the metadata")]
    public async Task A_file_damaged_anywhere_is_said_and_made_again(string file, string said)
    {
        var index = await CreateFilledAsync();
        var queries = Queries();
        var before = Answers(index, queries);
        await Engine.DisposeAsync();
        var path = Path.Combine(Generation, file);
        var whole = await File.ReadAllBytesAsync(path, Cancellation);
        var places = Enumerable.Range(0, 28).Append(whole.Length - 1).Concat(Enumerable.Range(0, 6).Select(_ => _random.Next(whole.Length)));

        foreach (var damaged in places.Select(at => Flip(whole, at)).Append(whole[..^1]).Append([]).Append([.. whole, 0]))
        {
            _log.Clear();
            await File.WriteAllBytesAsync(path, damaged, Cancellation);
            await ReopenAsync();
            Assert.Equal(before, Answers(Engine.GetIndex("docs"), queries));
            await WaitFor.CodesAsync(Engine.GetIndex("docs"), Cancellation);
            Assert.Contains(said, Assert.Single(_log), StringComparison.Ordinal);
            await Engine.DisposeAsync();
            Assert.Equal(whole, await File.ReadAllBytesAsync(path, Cancellation));
        }

        await ReopenAsync();
    }

    [Fact]
    public async Task Codes_of_another_compression_are_not_taken_for_ours()
    {
        await CreateFilledAsync();
        await Engine.DisposeAsync();
        var foreign = await File.ReadAllBytesAsync(Path.Combine(Generation, "codes.bin"), Cancellation);
        await ReopenAsync();
        Engine.ConfigureIndex("docs", descriptor => descriptor with { Compression = Compression.Sq8 });
        var index = Engine.GetIndex("docs");
        await WaitFor.CodesAsync(index, Cancellation, compression: Compression.Sq8);
        var queries = Queries();
        var before = Answers(index, queries);
        await Engine.DisposeAsync();
        await File.WriteAllBytesAsync(Path.Combine(Generation, "codes.bin"), foreign, Cancellation);
        _log.Clear();

        await ReopenAsync();

        Assert.Equal(before, Answers(Engine.GetIndex("docs"), queries));
        Assert.Contains("another codec", Assert.Single(_log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_rows_without_saved_codes_are_answered_exactly_until_they_are_encoded()
    {
        const int Many = 60_000;
        var index = CreateDense(dimension: Dimension, compression: Compression.Spectral4Bit);
        await index.LoadAsync("", [.. Enumerable.Range(0, Many).Select(i => Dense($"r{i}", RandomVector(_random, Dimension)))], Cancellation);
        var queries = Queries();
        await WaitFor.CodesAsync(index, Cancellation);
        var before = Answers(index, queries);
        await Engine.DisposeAsync();
        File.Delete(Path.Combine(Generation, "codes.bin"));
        await ReopenAsync();
        index = Engine.GetIndex("docs");

        Assert.Equal(before, Answers(index, queries)); // with codes or without: of so few dimensions both find all
        await index.UpsertAsync("", [Dense("late", queries[0])], Cancellation);
        await WaitFor.CodesAsync(index, Cancellation);

        Assert.Equal("late", index.Query("", new VectorQuery { TopK = 1, Vector = queries[0] }, Cancellation).Matches[0].Id);
        await index.DeleteAsync("", ["late"], Cancellation);
        Assert.Equal(before, Answers(index, queries));
    }

    [Fact]
    public async Task A_deleted_index_gives_the_memory_of_codes_and_graph_back_with_its_last_reader()
    {
        var index = await CreateFilledAsync();
        Engine.ConfigureIndex("docs", descriptor => descriptor with { Search = descriptor.Search with { Kind = Storage.IndexKind.Hnsw } });
        while (index.Stats().Namespaces[0].IndexedRows < Rows)
            await Task.Delay(10, Cancellation);
        Assert.True(index.Namespaces.TryAcquire("", out var lease));
        var (codes, graph) = (lease.Snapshot.Codes!, lease.Snapshot.Nearest!);
        Assert.True(codes.Bytes >= Rows * 4);
        Assert.InRange(graph.Bytes, Rows * Dimension, Rows * 1000);

        await Engine.DropIndexAsync("docs");
        Assert.True(codes.Bytes > 0);
        lease.Dispose();

        Assert.Equal(0, codes.Bytes);
        Assert.Equal(0, graph.Bytes);
    }

    private async Task<VectorIndex> CreateFilledAsync()
    {
        var index = CreateDense(dimension: Dimension, compression: Compression.Spectral4Bit);
        for (var first = 0; first < Rows; first += 1000)
            await index.UpsertAsync("", [.. Enumerable.Range(first, 1000).Select(i => Dense($"r{i}", RandomVector(_random, Dimension)))], Cancellation);
        await WaitFor.CodesAsync(index, Cancellation);
        return index;
    }

    private static (int Ids, int Codes) Saved(VectorIndex index)
    {
        Assert.True(index.Namespaces.TryAcquire("", out var lease));
        using (lease)
            return (lease.Snapshot.Generation.SavedIds, lease.Snapshot.Codes!.SavedRows);
    }

    private static byte[] Flip(byte[] bytes, int at)
    {
        var flipped = bytes.ToArray();
        flipped[at] ^= 0x10;
        return flipped;
    }

    private float[][] Queries() => [.. Enumerable.Range(0, 10).Select(_ => RandomVector(_random, Dimension))];

    private static List<(string Id, double Score)> Answers(VectorIndex index, IEnumerable<float[]> queries) =>
        [.. queries.SelectMany(query => index.Query("", new VectorQuery { TopK = 10, Vector = query }, Cancellation).Matches).Select(match => (match.Id, match.Score))];
}
