using System.Collections.Concurrent;
using VectorServer.Storage.IO;
using VectorServer.Storage.Sparse;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>Inverted lists that a stop saves for the next start: used where they are whole, made again where they are not.</summary>
public sealed class SavedSparseListsTests : IndexContract
{
    private const int Rows = 3_000;
    private const int Terms = 400;

    private readonly ConcurrentQueue<string> _log = new();
    private readonly Random _random = new(7);

    protected override EngineOptions Options => base.Options with { Log = _log.Enqueue };

    private string SparsePath => Path.Combine(DataDirectory, "indexes", "sparse", "__default__", "gen-000001", "sparse.bin");

    [Fact]
    public async Task Saved_lists_answer_as_those_made_of_the_rows_and_take_up_what_was_written_since()
    {
        var index = await FillAsync();
        var before = Answers(index);
        await ReopenAsync();
        index = Engine.GetIndex("sparse");

        Assert.Equal(before, Answers(index));
        Assert.Equal(Rows, SavedRows(index));
        Assert.Empty(_log);

        await index.UpsertAsync("", [.. Enumerable.Range(Rows - 10, 30).Select(Record)], Cancellation);
        await index.DeleteAsync("", [.. Enumerable.Range(0, 50).Select(i => $"r{i}")], Cancellation);
        var after = Answers(index);
        await ReopenAsync();
        index = Engine.GetIndex("sparse");
        Assert.Equal(after, Answers(index));
        Assert.Equal(Rows, SavedRows(index)); // a few rows more are not worth another file
        await index.CompactAsync("", Cancellation);
        Assert.Equal(after, Answers(index));
        await ReopenAsync();
        Assert.Equal(after, Answers(Engine.GetIndex("sparse")));
    }

    [Fact]
    public async Task A_file_damaged_anywhere_is_said_and_made_again()
    {
        var index = await FillAsync();
        var before = Answers(index);
        await Engine.DisposeAsync();
        var whole = await File.ReadAllBytesAsync(SparsePath, Cancellation);
        var places = Enumerable.Range(0, 28).Append(whole.Length - 1).Concat(Enumerable.Range(0, 8).Select(_ => _random.Next(whole.Length)));

        foreach (var damaged in places.Select(at => Flip(whole, at)).Append(whole[..^1]).Append([]).Append([.. whole, 0]))
        {
            _log.Clear();
            await File.WriteAllBytesAsync(SparsePath, damaged, Cancellation);
            await ReopenAsync();
            Assert.Equal(before, Answers(Engine.GetIndex("sparse")));
            Assert.Contains("reads its sparse vectors from the metadata", Assert.Single(_log), StringComparison.Ordinal);
            await Engine.DisposeAsync();
            Assert.True(File.Exists(SparsePath));
        }

        await ReopenAsync();
        Assert.Equal(before, Answers(Engine.GetIndex("sparse")));
    }

    [Fact]
    public async Task Lists_of_another_namespace_are_not_taken()
    {
        var index = await FillAsync();
        await index.UpsertAsync("other", [.. Enumerable.Range(0, Rows + 10).Select(i => i % 2 == 0 ? Record(i) : Sparse($"r{i}", [9_999], [1]))], Cancellation);
        await index.DeleteAsync("other", ["r0"], Cancellation);
        var mixed = CreateDense("mixed", metric: Storage.Metric.DotProduct);
        await mixed.UpsertAsync("", [.. Enumerable.Range(0, Rows).Select(i => Dense($"r{i}", [1, 2, 3]) with { Sparse = i % 3 == 0 ? SparseVector.Create([9_999], [1]) : null })], Cancellation);
        await Engine.DisposeAsync();
        var others = SparsePath.Replace("__default__", "other", StringComparison.Ordinal);
        File.Copy(others, SparsePath, overwrite: true); // of more rows
        File.Copy(SparsePath.Replace("sparse/", "mixed/", StringComparison.Ordinal), others, overwrite: true); // of fewer
        await ReopenAsync();
        index = Engine.GetIndex("sparse");
        var query = new VectorQuery { TopK = Rows * 2, Sparse = SparseVector.Create([9_999], [1]) };

        Assert.Empty(index.Query("", query, Cancellation).Matches);
        Assert.Equal((Rows + 10) / 2, index.Query("other", query, Cancellation).Matches.Count);
        Assert.Equal(2, _log.Count);
    }

    [Fact]
    public async Task Bytes_with_a_right_checksum_are_refused_or_harmless_whatever_they_are()
    {
        await FillAsync();
        await Engine.DisposeAsync();
        var whole = await File.ReadAllBytesAsync(SparsePath, Cancellation);
        var forged = Path.Combine(DataDirectory, "forged.bin");

        foreach (var at in Enumerable.Range(0, 300).Select(i => i < 60 ? i : _random.Next(whole.Length - 4)))
        {
            var bytes = Flip(whole, at);
            BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), Crc32C.Compute(bytes.AsSpan(0, bytes.Length - 4)));
            await File.WriteAllBytesAsync(forged, bytes, Cancellation);
            var lists = new InvertedIndex();
            try
            {
                Assert.InRange(lists.Load(forged, Rows), 0, Rows);
                foreach (var row in (int[])[0, Rows / 2, Rows - 1])
                    _ = lists.Score(SparseVector.Create([.. Enumerable.Range(0, Terms).Select(i => (uint)i)], [.. Enumerable.Repeat(1f, Terms)]), row);
            }
            catch (StorageException e)
            {
                Assert.Equal(StorageErrorCode.DataCorruption, e.Code);
                Assert.True(lists.IsEmpty);
            }
        }

        await ReopenAsync();
    }

    private async Task<VectorIndex> FillAsync()
    {
        var index = CreateSparse();
        await index.UpsertAsync("", [.. Enumerable.Range(0, Rows).Select(Record)], Cancellation);
        return index;
    }

    private VectorRecord Record(int i)
    {
        var indices = Enumerable.Range(0, Terms).OrderBy(_ => _random.Next()).Take(1 + _random.Next(12)).Select(term => (uint)term).Order().ToArray();
        return Sparse($"r{i}", indices, [.. indices.Select(_ => (_random.Next(1, 65) - 32.5f) / 8)]);
    }

    private static List<(string, double)> Answers(VectorIndex index)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, 20).SelectMany(_ =>
        {
            var terms = Enumerable.Range(0, Terms).OrderBy(_ => random.Next()).Take(5).Select(term => (uint)term).Order().ToArray();
            return index.Query("", new VectorQuery { TopK = 20, Sparse = SparseVector.Create(terms, [1, -0.5f, 2, 0.25f, 1]) }, Cancellation)
                .Matches.Select(match => (match.Id, match.Score));
        })];
    }

    private static int SavedRows(VectorIndex index)
    {
        Assert.True(index.Namespaces.TryAcquire("", out var lease));
        using (lease)
            return lease.Snapshot.Generation.SavedSparse;
    }

    private static byte[] Flip(byte[] bytes, int at)
    {
        var flipped = bytes.ToArray();
        flipped[at] ^= 0x10;
        return flipped;
    }
}
