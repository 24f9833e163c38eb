namespace VectorServer.Storage.Tests.PowerLoss;

/// <summary>
/// The power goes while an approximate index is built and saved, codes and ids are saved, and rows are compacted: what is derived from the
/// rows is made anew where it was lost or torn, and answers stay right.
/// </summary>
public sealed class DerivedFilePowerLossTests
{
    private const int Dimension = 6;
    private const int Rows = 2_200; // a graph is asked for from 1,000 on, and saved, like ids and codes

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_is_lost_of_an_index_its_codes_and_its_ids_answers_are_those_of_the_rows()
    {
        using var directory = TempDirectory.InMemory();
        var random = new Random(8);
        var records = Enumerable.Range(0, Rows).Select(i => Record(random, i)).ToArray();
        var disk = new TestDisk(directory.Path);
        var lost = new List<(string Directory, int Records)>();
        var written = 0;
        disk.Before = operation =>
        {
            if (written == 0 || operation % 2 == 1)
                return;
            lost.Add((directory.File($"lost-{lost.Count}"), written));
            disk.LosePower(lost[^1].Directory, operation % 4 == 0 ? Unsynced.Shuffled : Unsynced.Kept, random);
        };

        await using (var engine = VectorEngine.Open(Workload.Services(directory.File("data"), disk)))
        {
            var index = engine.CreateIndex(new IndexDescriptor
            {
                Name = "docs",
                Dimension = Dimension,
                Compression = Compression.Sq8,
                Search = SearchOptions.Default with { Kind = IndexKind.Hnsw },
            });
            await index.LoadAsync("", records, Cancellation);
            written = Rows;
            while (index.Stats().Namespaces[0].IndexedRows < Rows - 1_000)
                await Task.Delay(10, Cancellation);
            await WaitFor.CodesAsync(index, Cancellation);
            await index.DeleteAsync("", [.. records.Take(700).Select(record => record.Id)], Cancellation);
            written = Rows - 700;
            records = records[700..];
            lost.RemoveAll(loss => loss.Records != written); // of which records the deletion was on its way, PowerLossTests know
            await index.CompactAsync("", Cancellation);
        }

        Assert.Null(disk.Failure);
        Assert.True(lost.Count > 10, $"only {lost.Count} losses");
        var derived = lost.SelectMany(loss => Directory.GetFiles(loss.Directory, "*.bin", SearchOption.AllDirectories)).Select(Path.GetFileName).ToHashSet();
        Assert.Superset(new HashSet<string?> { "ann.bin", "codes.bin", "ids.bin" }, derived);
        foreach (var (place, count) in lost)
        {
            await using var engine = VectorEngine.Open(Workload.Services(Path.Combine(place, "data")));
            var index = engine.GetIndex("docs");
            Assert.Equal(count, index.Stats().TotalRecordCount);
            foreach (var record in records.Where((_, i) => i % 211 == 0))
            {
                foreach (var exact in (bool[])[true, false])
                {
                    var query = new VectorQuery { Vector = record.Values, TopK = 3, Exact = exact };
                    Assert.Equal(record.Id, index.Query("", query, Cancellation).Matches[0].Id);
                }
            }
        }
    }

    private static VectorRecord Record(Random random, int i) =>
        new($"id-{i}", Enumerable.Range(0, Dimension).Select(_ => (float)((random.NextDouble() * 2) - 1)).ToArray(), null, null);
}
