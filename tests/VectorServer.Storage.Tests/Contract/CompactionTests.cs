namespace VectorServer.Storage.Tests.Contract;

/// <summary>Namespaces are rewritten without their dead rows while they are read and written.</summary>
public sealed class CompactionTests : IndexContract
{
    private const int Dimension = 8;
    private const int DeadRowsMin = 600;

    private readonly Random _random = new(11);
    private readonly Dictionary<int, float[]> _vectors = [];

    protected override EngineOptions Options => base.Options with { CompactDeadRowsMin = DeadRowsMin };

    [Fact]
    public async Task Too_many_dead_rows_are_compacted_away_and_answers_stay()
    {
        var index = await CreateFilledAsync(6000);
        await index.DeleteAsync("", [.. Enumerable.Range(0, 1500).Select(i => $"r{i}")], Cancellation);
        var queries = Enumerable.Range(0, 10).Select(_ => RandomVector(_random, Dimension)).ToArray();
        var before = Answers(index, queries);
        Assert.Equal(1500, index.Stats().Namespaces[0].DeletedRows); // a quarter is not enough
        var size = index.DescribeNamespace("").SizeBytes;

        // Enough also once they are back: another namespace may be compacted first.
        await index.DeleteAsync("", ["r5999"], Cancellation);
        await index.DeleteAsync("", [.. Enumerable.Range(1500, 500).Select(i => $"r{i}")], Cancellation);
        await index.UpsertAsync("", [.. Enumerable.Range(1500, 500).Append(5999).Select(i => Dense($"r{i}", _vectors[i], Of(i)))], Cancellation);

        while (index.Stats().Namespaces[0].DeletedRows > DeadRowsMin)
            await Task.Delay(10, Cancellation);
        Assert.Equal(before, Answers(index, queries));
        Assert.True(index.DescribeNamespace("").SizeBytes < size);
        await ReopenAsync();
        index = Engine.GetIndex("docs");
        Assert.Equal(before, Answers(index, queries));
        Assert.Equal(4500, index.Stats().TotalRecordCount);
    }

    [Fact]
    public async Task What_is_written_while_a_namespace_is_compacted_is_kept_and_what_is_deleted_is_gone()
    {
        var index = await CreateFilledAsync(6000);
        var expected = Enumerable.Range(0, 6000).Select(i => $"r{i}").ToHashSet();
        var compacting = Task.Run(
            async () =>
            {
                for (var i = 0; i < 4; i++)
                    await index.CompactAsync("", Cancellation);
            },
            Cancellation);

        for (var round = 0; !compacting.IsCompleted || round < 20; round++)
        {
            string[] gone = [$"r{_random.Next(6000)}", $"w{_random.Next(round + 1)}"];
            await index.DeleteAsync("", gone, Cancellation);
            await index.UpsertAsync("", [Dense($"w{round}", RandomVector(_random, Dimension)), Dense($"r{round}", RandomVector(_random, Dimension))], Cancellation);
            await index.UpdateAsync("", new RecordUpdate($"r{round}", SetMetadata: Metadata("""{"changed":true}""")), Cancellation);
            expected.ExceptWith(gone);
            expected.UnionWith([$"w{round}", $"r{round}"]);
        }

        await compacting;
        AssertHolds(index, expected);
        await ReopenAsync();
        AssertHolds(Engine.GetIndex("docs"), expected);
    }

    [Fact]
    public async Task A_namespace_emptied_while_it_is_compacted_is_empty()
    {
        var index = await CreateFilledAsync(3000);
        var compacting = index.CompactAsync("", Cancellation);

        await index.DeleteAllAsync("", Cancellation);
        await index.UpsertAsync("", [Dense("only", [1, 2, 3, 4, 5, 6, 7, 8])], Cancellation);
        await compacting;
        await index.CompactAsync("", Cancellation);

        Assert.Equal(["only"], index.ListIds("", null, 10, null).Ids);
        Assert.Equal(0, index.Stats().Namespaces[0].DeletedRows);
        await ReopenAsync();
        Assert.Equal(["only"], Engine.GetIndex("docs").ListIds("", null, 10, null).Ids);
    }

    private static string Of(int row) => $$"""{"row":{{row}}}""";

    private static void AssertHolds(VectorIndex index, HashSet<string> expected)
    {
        Assert.Equal(expected.Count, index.Stats().TotalRecordCount);
        Assert.Equal(expected.Order(StringComparer.Ordinal), index.ReadAll("").SelectMany(records => records).Select(record => record.Id).Order(StringComparer.Ordinal));
        var changed = index.Fetch("", ["r0"]).Records;
        if (expected.Contains("r0") && changed[0].Metadata is { } metadata)
            Assert.Contains("true", Json(metadata), StringComparison.Ordinal);
        Assert.Equal(expected.Count, index.Query("", new VectorQuery { TopK = 10_000, Vector = new float[] { 1, 0, 0, 0, 0, 0, 0, 0 } }, Cancellation).Matches.Count);
    }

    private async Task<VectorIndex> CreateFilledAsync(int rows)
    {
        var index = CreateDense(dimension: Dimension, compression: Compression.Spectral4Bit);
        for (var row = 0; row < rows; row++)
            _vectors[row] = RandomVector(_random, Dimension);
        for (var first = 0; first < rows; first += 1000)
            await index.UpsertAsync("", [.. Enumerable.Range(first, 1000).Select(i => Dense($"r{i}", _vectors[i], Of(i)))], Cancellation);
        return index;
    }

    private static List<(string Id, double Score)> Answers(VectorIndex index, IEnumerable<float[]> queries) =>
        [.. queries.SelectMany(query => index.Query("", new VectorQuery { TopK = 10, Vector = query }, Cancellation).Matches).Select(match => (match.Id, match.Score))];
}
