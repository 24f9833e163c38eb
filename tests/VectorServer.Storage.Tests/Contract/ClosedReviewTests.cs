using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>An index that is configured anew reaches namespaces that nobody has open, and nobody has to ask.</summary>
public sealed class ClosedReviewTests : IndexContract
{
    private const int Dimension = 8;
    private const int Rows = 1_200;

    [Fact]
    public async Task Codes_and_graph_asked_for_are_made_and_the_namespaces_are_closed_again()
    {
        var index = await FillAsync();
        await ReopenAsync();
        index = Engine.GetIndex("docs");

        Engine.ConfigureIndex("docs", descriptor => descriptor with { Compression = Compression.Sq8, Search = descriptor.Search with { Kind = IndexKind.Hnsw } });
        await UntilClosedWithAsync(index, Compression.Sq8, IndexKind.Hnsw);

        Assert.Empty(index.Namespaces.Opened());
        Assert.All(index.Stats().Namespaces.Where(ns => ns.RecordCount >= Rows), ns => Assert.Equal(("sq8", "hnsw", (long)Rows), (ns.Compression, ns.IndexKind, ns.IndexedRows)));
        Assert.Equal("float32", index.Stats().Namespaces.Single(ns => ns.Name == "small").Compression);
        await ReopenAsync();
        index = Engine.GetIndex("docs");
        var answer = index.Query("a", new VectorQuery { TopK = 1, Vector = Vector(7), Explain = true }, Cancellation);
        Assert.Equal("r7", answer.Matches[0].Id);
    }

    [Fact]
    public async Task What_a_kill_left_undone_is_done_after_the_next_start()
    {
        await FillAsync();
        await ReopenAsync();
        Engine.ConfigureIndex("docs", descriptor => descriptor with { Compression = Compression.Spectral1Bit, Search = descriptor.Search with { Kind = IndexKind.IvfFlat } });
        using var killed = new TempDirectory();
        await Engine.DisposeAsync(); // whatever was done of it
        Formats.FormatData.Copy(DataDirectory, killed.File("data"));
        await using var engine = VectorEngine.Open(Options with { DataDirectory = killed.File("data") });

        await UntilClosedWithAsync(engine.GetIndex("docs"), Compression.Spectral1Bit, IndexKind.IvfFlat);

        Assert.Empty(engine.GetIndex("docs").Namespaces.Opened());
        await ReopenAsync();
    }

    [Fact]
    public async Task A_namespace_that_comes_into_use_meanwhile_stays_open()
    {
        var index = await FillAsync();
        await ReopenAsync();
        index = Engine.GetIndex("docs");
        Engine.ConfigureIndex("docs", descriptor => descriptor with { Search = descriptor.Search with { Kind = IndexKind.Hnsw } });

        Assert.Single(index.Query("a", new VectorQuery { TopK = 1, Vector = Vector(7) }, Cancellation).Matches);
        while (index.Stats().Namespaces.Any(ns => ns.Name != "small" && ns.IndexedRows < Rows))
            await Task.Delay(10, Cancellation);
        Assert.Contains("a", index.Namespaces.Opened().Select(store => store.Description.Name));
    }

    /// <summary>Other parameters of the same kind too, which no count of rows tells of.</summary>
    [Fact]
    public async Task Stops_at_any_moment_lose_nothing_that_was_asked_for()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await FillAsync();
        for (var round = 0; round < 3; round++)
        {
            var (compression, links) = (round % 2 == 0 ? Compression.Sq8 : Compression.Spectral4Bit, 8 + round);
            Engine.ConfigureIndex("docs", descriptor => descriptor with
            {
                Compression = compression,
                Search = descriptor.Search with { Kind = IndexKind.Hnsw, HnswM = links },
            });
            for (var stops = random.Next(1, 4); stops > 0; stops--)
            {
                await Task.Delay(random.Next(150), Cancellation);
                await ReopenAsync();
            }

            var index = Engine.GetIndex("docs");
            await UntilClosedWithAsync(index, compression, IndexKind.Hnsw);
            foreach (var ns in (string[])["a", "b"])
            {
                while (index.Namespaces.AsLeft(ns)?.Counts.SearchMark != SearchChoice.MarkOf(index.Descriptor.Search))
                    await Task.Delay(10, Cancellation);
                Assert.Equal("r7", Nearest(index, ns));
            }
        }
    }

    [Fact]
    public async Task What_is_asked_for_while_namespaces_close_and_open_is_made_without_another_request()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var index = await FillAsync();
        for (var round = 0; round < 6; round++)
        {
            var asked = round % 2 == 0 ? (Compression.Sq8, IndexKind.IvfFlat) : (Compression.Spectral2Bit, IndexKind.Hnsw);
            var closing = Task.Run(() => Engine.CloseIdleAsync(Options.Time.GetTimestamp()), Cancellation);
            var opening = Task.Run(() => Nearest(index, "a"), Cancellation);
            await Task.Delay(random.Next(20), Cancellation);
            Engine.ConfigureIndex("docs", descriptor => descriptor with { Compression = asked.Item1, Search = descriptor.Search with { Kind = asked.Item2 } });
            await closing;
            Assert.Equal("r7", await opening);

            while (index.Stats().Namespaces.Any(ns => ns.Name != "small" && (ns.Compression, ns.IndexKind, ns.IndexedRows) != (asked.Item1.ToName(), asked.Item2.ToName(), (long)Rows)))
                await Task.Delay(10, Cancellation);
        }
    }

    private static string Nearest(VectorIndex index, string ns) =>
        index.Query(ns, new VectorQuery { TopK = 1, Vector = Vector(7) }, Cancellation).Matches.Single().Id;

    private async Task<VectorIndex> FillAsync()
    {
        var index = CreateDense(dimension: Dimension);
        foreach (var ns in (string[])["a", "b"])
            await index.UpsertAsync(ns, [.. Enumerable.Range(0, Rows).Select(i => Dense($"r{i}", Vector(i)))], Cancellation);
        await index.UpsertAsync("small", [Dense("r0", Vector(0))], Cancellation);
        return index;
    }

    private static float[] Vector(int i) => RandomVector(new Random(i), Dimension);

    private static async Task UntilClosedWithAsync(VectorIndex index, Compression compression, IndexKind kind)
    {
        foreach (var ns in (string[])["a", "b"])
        {
            while (index.Namespaces.AsLeft(ns)?.Counts is not { } counts || (counts.Compression, counts.IndexKind, counts.IndexedRows) != (compression, kind, Rows))
                await Task.Delay(10, Cancellation);
        }
    }
}
