using System.Globalization;
using System.Runtime.InteropServices;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>Loading many records past the log ends where upserts end, whenever the process or the disk stops it.</summary>
public sealed class LoadTests : IndexContract
{
    private const int Dimension = 16;

    private string NamespaceDirectory => Path.Combine(DataDirectory, "indexes", "docs", "__default__");

    [Fact]
    public async Task Loaded_records_answer_as_upserted_ones_do()
    {
        var loaded = CreateDense("loaded", Dimension, Metric.DotProduct);
        var upserted = CreateDense("upserted", Dimension, Metric.DotProduct);
        var records = Hybrids(new Random(1), 6_000);
        records[5_999] = records[0] with { Metadata = Metadata("""{"again":true}""") };

        await loaded.LoadAsync("", records, Cancellation);
        foreach (var batch in records.Chunk(1000))
            await upserted.UpsertAsync("", batch, Cancellation);

        AssertSame(upserted, loaded);
        await WaitFor.CodesAsync(upserted, Cancellation);
        await WaitFor.CodesAsync(loaded, Cancellation);
        var query = new VectorQuery { TopK = 20, Vector = RandomVector(new Random(2), Dimension), Filter = Filter("""{"n":{"$lt":3000}}"""), IncludeMetadata = true };
        Assert.Equal(
            upserted.Query("", query, Cancellation).Matches.Select(match => (match.Id, match.Score)),
            loaded.Query("", query, Cancellation).Matches.Select(match => (match.Id, match.Score)));
        Assert.Equal(upserted.Stats().Namespaces[0].Compression, loaded.Stats().Namespaces[0].Compression);
    }

    [Fact]
    public async Task Loads_between_other_writes_are_found_after_a_restart_and_lsns_go_on()
    {
        var index = CreateDense(dimension: Dimension);
        var random = new Random(3);
        await index.UpsertAsync("", Records(random, "a", 50), Cancellation);
        await index.LoadAsync("", Records(random, "b", 2_000), Cancellation);
        await index.DeleteAsync("", ["a0", "b0"], Cancellation);
        var last = await index.LoadAsync("", Records(random, "a", 10), Cancellation);
        var before = Everything(index);

        await ReopenAsync();

        index = Engine.GetIndex("docs");
        Assert.Equal(before, Everything(index));
        Assert.Equal(2_049, index.DescribeNamespace("").RecordCount);
        Assert.True((await index.UpsertAsync("", Records(random, "c", 1), Cancellation)).Lsn > last.Lsn);
    }

    [Fact]
    public async Task A_load_cut_off_before_its_checkpoint_leaves_what_was_there_before_and_the_log_of_it()
    {
        var index = CreateDense(dimension: Dimension, compression: Compression.SpectralK64);
        var random = new Random(4);
        await index.LoadAsync("", Records(random, "a", 1_500), Cancellation);
        await index.UpsertAsync("", Records(random, "b", 20), Cancellation);
        await index.DeleteAsync("", ["a7"], Cancellation);
        var before = Everything(index);
        var obstacle = Directory.CreateDirectory(Path.Combine(NamespaceDirectory, "checkpoint.json.new"));

        var refused = await Assert.ThrowsAsync<StorageException>(() => index.LoadAsync("", Records(random, "a", 3_000), Cancellation));

        Assert.Equal(StorageErrorCode.Unavailable, refused.Code);
        Assert.Equal(before, Everything(index));
        obstacle.Delete();
        await ReopenAsync();
        index = Engine.GetIndex("docs");
        Assert.Equal(before, Everything(index));
        await index.LoadAsync("", Records(random, "a", 3_000), Cancellation);
        Assert.Equal(3_020, index.DescribeNamespace("").RecordCount);
    }

    [Fact]
    public async Task A_load_leaves_nothing_in_the_log()
    {
        var index = CreateDense(dimension: Dimension);
        await index.LoadAsync("", Records(new Random(5), "a", 500), Cancellation);

        Assert.Equal(16, new FileInfo(Assert.Single(Directory.GetFiles(NamespaceDirectory, "*.wal", SearchOption.AllDirectories))).Length);
    }

    [Fact]
    public async Task A_record_that_breaks_a_rule_keeps_all_of_its_load_out_and_makes_no_namespace()
    {
        var index = CreateDense();

        var refused = await Assert.ThrowsAsync<StorageException>(
            () => index.LoadAsync("new", [Dense("good", [1, 2, 3]), Dense("bad", [1, 2])], Cancellation));

        Assert.Equal(StorageErrorCode.InvalidArgument, refused.Code);
        Assert.Empty(index.NamespaceNames());
    }

    [Fact]
    public async Task Reading_all_gives_each_record_once_as_it_was_when_the_reading_began()
    {
        var index = CreateDense(dimension: Dimension);
        var random = new Random(6);
        await index.LoadAsync("", Records(random, "a", 2_500), Cancellation);
        await index.DeleteAsync("", ["a3", "a4"], Cancellation);
        var expected = Everything(index);

        using var reading = index.ReadAll("").GetEnumerator();
        Assert.True(reading.MoveNext());
        var read = reading.Current.ToList();
        await index.DeleteAllAsync("", Cancellation);
        await index.CompactAsync("", Cancellation);
        while (reading.MoveNext())
            read.AddRange(reading.Current);

        Assert.Equal(expected, read.Select(Text).Order(StringComparer.Ordinal));
        Assert.Empty(index.ReadAll(""));
        Assert.Empty(index.ReadAll("nowhere"));
    }

    private static VectorRecord[] Records(Random random, string prefix, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Dense(prefix + i.ToString(CultureInfo.InvariantCulture), RandomVector(random, Dimension), $$"""{"n":{{i}}}"""))];

    private static VectorRecord[] Hybrids(Random random, int count) =>
        [.. Records(random, "h", count).Select((record, i) => i % 3 == 0 ? record with { Sparse = SparseVector.Create([(uint)i, 7_000_000], [1, 2]) } : record)];

    private static void AssertSame(VectorIndex expected, VectorIndex actual) => Assert.Equal(Everything(expected), Everything(actual));

    /// <summary>Every record to the bit, in id order.</summary>
    private static string[] Everything(VectorIndex index) =>
        [.. index.Fetch("", index.ListIds("", null, int.MaxValue - 1, null).Ids).Records.Select(Text).Order(StringComparer.Ordinal)];

    private static string Text(VectorRecord record) => string.Join(
        ' ',
        record.Id,
        Convert.ToHexString(MemoryMarshal.AsBytes(record.Values.Span)),
        record.Sparse is { } sparse ? Convert.ToHexString(MemoryMarshal.AsBytes(sparse.Indices.Span)) + Convert.ToHexString(MemoryMarshal.AsBytes(sparse.Values.Span)) : "-",
        record.Metadata);
}
