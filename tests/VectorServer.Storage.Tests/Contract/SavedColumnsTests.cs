using System.Collections.Concurrent;
using System.Globalization;
using VectorServer.Storage.Columns;
using VectorServer.Storage.IO;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Tests.Filters;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>The columns that filters read are there before a filter asks for them, saved and not; they cost memory for as long as somebody may want them.</summary>
public sealed class SavedColumnsTests : IndexContract
{
    private const int Rows = 3_000;

    private readonly ConcurrentQueue<string> _log = new();
    private readonly Random _random = new(11);
    private ColumnBudget _budget = ColumnBudget.Usual();

    protected override EngineOptions Options => base.Options with { Log = _log.Enqueue };

    private protected override EngineServices Services => base.Services with { ColumnBudget = _budget };

    private string ColumnsPath => Path.Combine(DataDirectory, "indexes", "docs", "__default__", "gen-000001", "columns.bin");

    [Fact]
    public async Task Saved_columns_answer_as_those_made_of_the_rows_and_take_up_what_was_written_since()
    {
        var index = await FillAsync();
        var filters = Filters();
        var before = Answers(index, filters);
        await ReopenAsync();
        index = Engine.GetIndex("docs");

        Assert.Equal(before, Answers(index, filters));
        Assert.Equal((Rows, Rows), Columns(index, columns => (columns.SavedRows, columns.RowCount)));
        Assert.Empty(_log);

        await index.UpsertAsync("", [.. Enumerable.Range(Rows - 20, 40).Select(Record)], Cancellation);
        var after = Answers(index, filters);
        await ReopenAsync();
        index = Engine.GetIndex("docs");
        Assert.Equal(after, Answers(index, filters));
        Assert.Equal((Rows, Rows + 40), Columns(index, columns => (columns.SavedRows, columns.RowCount)));
    }

    [Fact]
    public async Task Rows_that_only_the_log_has_are_in_the_columns_of_a_killed_process()
    {
        var index = await FillAsync();
        _ = index.Count("", Filter("""{"n":1}"""));
        await ReopenAsync();
        index = Engine.GetIndex("docs");
        await index.UpsertAsync("", [Dense("late", [1, 2, 3], """{"n":"late"}""")], Cancellation);
        await index.DeleteAsync("", ["r5"], Cancellation);
        using var killed = new TempDirectory();
        Formats.FormatData.Copy(Path.Combine(DataDirectory, "indexes"), killed.File("indexes"));
        File.Copy(Path.Combine(DataDirectory, "registry.db"), killed.File("registry.db"));
        await using var engine = VectorEngine.Open(Options with { DataDirectory = killed.Path });

        Assert.Equal(1, engine.GetIndex("docs").Count("", Filter("""{"n":"late"}""")).Count);
        Assert.Equal(0, engine.GetIndex("docs").Count("", Filter("""{"n":5}""")).Count);
        Assert.Equal(Rows, engine.GetIndex("docs").Count("", Filter("""{"n":{"$exists":true}}""")).Count);
    }

    [Fact]
    public async Task They_are_made_after_a_load_without_a_filter_and_loaded_after_a_start_without_one()
    {
        var index = await FillAsync();

        await UntilAsync(() => Columns(index, columns => columns.RowCount == Rows && !columns.IsUsed));
        await index.UpsertAsync("", [Dense("late", [1, 2, 3], """{"n":"late"}""")], Cancellation);
        await UntilAsync(() => Columns(index, columns => columns.RowCount == Rows + 1 && !columns.IsUsed));
        await ReopenAsync();
        index = Engine.GetIndex("docs");
        _ = index.Fetch("", ["r1"]); // opens it

        await UntilAsync(() => Columns(index, columns => columns.RowCount == Rows + 1 && !columns.IsUsed));
        Assert.True(_budget.Taken > Rows);
        Assert.Equal(1, index.Count("", Filter("""{"n":"late"}""")).Count);
        Assert.Equal(0, _budget.Taken); // what a filter has asked for is no longer on trial
    }

    [Fact]
    public async Task What_no_filter_asks_for_is_given_back_and_a_filter_takes_it_from_the_file_again()
    {
        var index = await FillAsync();
        await ReopenAsync(); // saved, if they were made in time
        index = Engine.GetIndex("docs");
        _ = index.Fetch("", ["r1"]);
        await UntilAsync(() => Columns(index, columns => columns.RowCount == Rows));
        await index.UpsertAsync("", [Dense("late", [1, 2, 3], """{"n":"late"}""")], Cancellation);

        await UntilAsync(async () =>
        {
            await Engine.CareAsync();
            return Columns(index, columns => columns.RowCount == 0);
        });

        Assert.Equal(0, _budget.Taken);
        Assert.Equal(Rows + 1, index.Count("", Filter("""{"n":{"$exists":true}}""")).Count);
        for (var i = 0; i < 10; i++)
            await Engine.CareAsync();
        Assert.Equal(Rows + 1, Columns(index, columns => columns.RowCount)); // asked for: they stay
    }

    [Fact]
    public async Task Without_memory_to_spare_they_are_left_to_the_first_filter()
    {
        _budget = new ColumnBudget(100);
        await ReopenAsync();
        var index = await FillAsync();
        await UntilAsync(() => Columns(index, columns => !columns.IsWantedAhead));
        Assert.Equal((0, 0L), (Columns(index, columns => columns.RowCount), _budget.Taken));

        Assert.Equal(Rows, index.Count("", Filter("""{"n":{"$exists":true}}""")).Count);
        await ReopenAsync();
        index = Engine.GetIndex("docs");
        _ = index.Fetch("", ["r1"]);
        Assert.Equal(0, Columns(index, columns => columns.RowCount));
        Assert.Equal(Rows, index.Count("", Filter("""{"n":{"$exists":true}}""")).Count);
    }

    [Fact]
    public async Task A_file_damaged_anywhere_is_said_and_made_again()
    {
        var index = await FillAsync();
        var filters = Filters();
        var before = Answers(index, filters);
        await Engine.DisposeAsync();
        var whole = await File.ReadAllBytesAsync(ColumnsPath, Cancellation);
        var places = Enumerable.Range(0, 40).Append(whole.Length - 1).Concat(Enumerable.Range(0, 10).Select(_ => _random.Next(whole.Length)));

        foreach (var damaged in places.Select(at => Flip(whole, at)).Append(whole[..^1]).Append([]).Append([.. whole, 0]))
        {
            _log.Clear();
            await File.WriteAllBytesAsync(ColumnsPath, damaged, Cancellation);
            await ReopenAsync();
            Assert.Equal(before, Answers(Engine.GetIndex("docs"), filters));
            Assert.Contains("makes the columns of its metadata anew", Assert.Single(_log), StringComparison.Ordinal);
            await Engine.DisposeAsync();
            Assert.Equal(whole, await File.ReadAllBytesAsync(ColumnsPath, Cancellation));
        }

        await ReopenAsync();
    }

    [Fact]
    public async Task A_file_of_more_rows_than_there_are_is_not_taken()
    {
        var index = await FillAsync();
        _ = index.Count("", Filter("""{"n":1}"""));
        await index.UpsertAsync("other", [.. Enumerable.Range(0, Rows - 1).Select(i => Dense($"r{i}", [1, 2, 3], """{"n":-1}"""))], Cancellation);
        await Engine.DisposeAsync();
        File.Copy(ColumnsPath, ColumnsPath.Replace("__default__", "other", StringComparison.Ordinal), overwrite: true);
        await ReopenAsync();

        Assert.Equal(Rows - 1, Engine.GetIndex("docs").Count("other", Filter("""{"n":-1}""")).Count);
        Assert.Contains("other rows", Assert.Single(_log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_with_a_right_checksum_are_refused_or_harmless_whatever_they_are()
    {
        var index = await FillAsync();
        _ = index.Count("", Filter("""{"n":1}"""));
        await Engine.DisposeAsync();
        var whole = await File.ReadAllBytesAsync(ColumnsPath, Cancellation);
        var forged = Path.Combine(DataDirectory, "forged.bin");
        var filters = Filters();

        foreach (var at in Enumerable.Range(0, 300).Select(i => i < 100 ? i : _random.Next(whole.Length - 4)))
        {
            var bytes = Flip(whole, at);
            BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), Crc32C.Compute(bytes.AsSpan(0, bytes.Length - 4)));
            await File.WriteAllBytesAsync(forged, bytes, Cancellation);
            try
            {
                var (fields, rows) = ColumnFile.Read(forged, Rows, Cancellation);
                foreach (var filter in filters)
                    Assert.InRange(FilterEvaluator.Select(fields, rows, Filter(filter)!).Count(), 0, Rows);
            }
            catch (StorageException e)
            {
                Assert.Equal(StorageErrorCode.DataCorruption, e.Code);
            }
        }

        await ReopenAsync();
    }

    [Fact]
    public async Task A_compacted_namespace_has_columns_of_its_own()
    {
        var index = await FillAsync();
        var filters = Filters();
        _ = Answers(index, filters);
        await index.DeleteByFilterAsync("", Filter("""{"n":{"$lt":1500}}""")!, Cancellation);
        var before = Answers(index, filters);
        await index.CompactAsync("", Cancellation);
        await ReopenAsync();
        index = Engine.GetIndex("docs");

        Assert.Equal(before, Answers(index, filters));
        Assert.Equal(Rows - 1500, Columns(index, columns => columns.SavedRows));
    }

    private async Task<VectorIndex> FillAsync()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [.. Enumerable.Range(0, Rows).Select(Record)], Cancellation);
        return index;
    }

    private VectorRecord Record(int i)
    {
        var odd = new RandomMetadata(_random).Metadata();
        var n = string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{i}},"every":"text {{i % 7}}" """);
        return Dense($"r{i}", RandomVector(_random, 3), odd is null ? n + "}" : $"{n},{odd[1..]}");
    }

    private string[] Filters()
    {
        var generator = new RandomMetadata(new Random(3));
        return [.. Enumerable.Range(0, 40).Select(_ => generator.Filter()), """{"n":{"$gte":100,"$lt":2000}}""", """{"every":"text 3"}"""];
    }

    private static List<string> Answers(VectorIndex index, string[] filters) =>
        [.. filters.Select(filter => string.Join(' ', index.FetchByFilter("", Filter(filter), 50, null).Records.Select(record => record.Id)) + $" of {index.Count("", Filter(filter)).Count}")];

    private static T Columns<T>(VectorIndex index, Func<ColumnStore, T> read)
    {
        Assert.True(index.Namespaces.TryAcquire("", out var lease));
        using (lease)
            return read(lease.Snapshot.Generation.Columns);
    }

    private static Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
            await Task.Delay(10, Cancellation);
    }

    private static byte[] Flip(byte[] bytes, int at)
    {
        var flipped = bytes.ToArray();
        flipped[at] ^= 0x10;
        return flipped;
    }
}
