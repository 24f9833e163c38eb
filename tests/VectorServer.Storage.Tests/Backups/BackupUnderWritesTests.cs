using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Registry;

namespace VectorServer.Storage.Tests.Backups;

/// <summary>A backup of an index in use holds what some moment during it held.</summary>
public sealed class BackupUnderWritesTests : BackupContract
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task It_holds_the_writes_up_to_one_of_them_and_all_that_were_acknowledged_before_it_began(int seed)
    {
        var index = CreateDense();
        await index.UpsertAsync("", [.. Enumerable.Range(0, 3000).Select(i => Dense($"base{i}", [1, 2, i]))], Cancellation);
        var script = new Script(seed);
        using var stop = new CancellationTokenSource();
        var writer = script.RunAsync(index, stop.Token);
        var before = new List<int>();
        for (var backup = 0; backup < 4; backup++)
        {
            while (script.Acknowledged < (backup + 1) * 5 && !writer.IsCompleted)
                await Task.Yield();
            before.Add(script.Acknowledged);
            await BackUpAsync(index, $"b{backup}");
        }

        await stop.CancelAsync();
        await writer;

        for (var backup = 0; backup < before.Count; backup++)
        {
            var restored = await RestoreAsync($"b{backup}", $"restored{backup}");
            var ids = restored.ListIds("", "w", 100_000, null).Ids;
            var steps = (int)(restored.ListIds("", null, 1, null).MaxIndexedLsn.Value - 1); // the first write is the base
            Assert.InRange(steps, before[backup], script.Acknowledged);
            Assert.Equal(script.IdsAfter(steps), ids);
            Assert.Equal(3000, restored.ListIds("", "base", 100_000, null).Ids.Count);
        }
    }

    [Fact]
    public async Task Namespaces_that_come_and_go_meanwhile_are_in_it_whole_or_not_at_all()
    {
        var index = CreateDense();
        await index.UpsertAsync("stays", [Dense("a", [1, 2, 3])], Cancellation);
        using var stop = new CancellationTokenSource();
        var changes = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await index.UpsertAsync("comes", [.. Enumerable.Range(0, 50).Select(i => Dense($"r{i}", [1, 2, i]))], Cancellation);
                await index.CompactAsync("comes", Cancellation);
                await index.DeleteNamespaceAsync("comes", Cancellation);
            }
        }, Cancellation);

        for (var i = 0; i < 15; i++)
            await BackUpAsync(index, $"b{i}");
        await stop.CancelAsync();
        await changes;

        for (var i = 0; i < 15; i++)
        {
            var restored = await RestoreAsync($"b{i}", $"restored{i}");
            Assert.Single(restored.Fetch("stays", ["a"]).Records);
            Assert.Contains(restored.ListIds("comes", null, 100, null).Ids.Count, new[] { 0, 50 });
        }

        AssertNoTemporaries();
    }

    [Fact]
    public async Task A_namespace_held_for_it_is_read_to_the_end_although_it_was_rewritten_compacted_and_deleted()
    {
        var index = CreateDense();
        await index.UpsertAsync("ns", [.. Enumerable.Range(0, 2500).Select(i => Dense($"r{i}", [1, 2, i], """{"of":"first"}"""))], Cancellation);
        var held = index.Namespaces.Hold("ns", Cancellation)!;
        await index.UpsertAsync("ns", [Dense("r0", [9, 9, 9], """{"of":"second"}"""), Dense("new", [9, 9, 9])], Cancellation);
        await index.CompactAsync("ns", Cancellation);
        await index.DeleteNamespaceAsync("ns", Cancellation);
        await index.UpsertAsync("ns", [Dense("r0", [8, 8, 8], """{"of":"third"}""")], Cancellation);
        var target = CreateDense("target");
        var directory = Path.Combine(DataDirectory, "indexes", "target", "ns");

        using (held)
            Assert.Equal(2500, NamespaceExport.Write(IO.Disk.Real, held, directory, Cancellation));

        Directory.CreateDirectory(Path.Combine(directory, "wal"));
        await ReopenAsync();
        target = Engine.GetIndex("target");
        Assert.Equal(2500, target.ListIds("ns", null, 10_000, null).Ids.Count);
        Assert.All(target.Fetch("ns", ["r0", "r2499"]).Records, record => Assert.Equal("""{"of":"first"}""", Json(record.Metadata)));
        AssertNoTemporaries();
    }

    [Fact]
    public async Task Several_backups_of_one_index_run_at_once()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [.. Enumerable.Range(0, 2000).Select(i => Dense($"r{i}", [1, 2, i]))], Cancellation);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => BackUpAsync(index, $"b{i}")));

        Assert.Equal(["b0", "b1", "b2", "b3"], Engine.Backups.List().Select(backup => backup.Id));
        AssertSameAnswers(index, await RestoreAsync("b3"));
    }

    /// <summary>A sequence of single writes, each its own operation: puts of new ids, and now and then the removal of an old one.</summary>
    private sealed class Script(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly List<(int Put, int? Removed)> _steps = [];
        private readonly List<int> _live = [];
        private int _acknowledged;

        public int Acknowledged => Volatile.Read(ref _acknowledged);

        public async Task RunAsync(VectorIndex index, CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                var number = _steps.Count;
                if (_live.Count > 2 && _random.Next(3) == 0)
                {
                    var removed = _live[_random.Next(_live.Count)];
                    _live.Remove(removed);
                    _steps.Add((number, removed));
                    await index.DeleteAsync("", [Id(removed)], CancellationToken.None);
                }
                else
                {
                    _live.Add(number);
                    _steps.Add((number, null));
                    await index.UpsertAsync("", [Dense(Id(number), [1, 2, number])], CancellationToken.None);
                }

                Volatile.Write(ref _acknowledged, number + 1);
            }
        }

        public string[] IdsAfter(int steps)
        {
            var ids = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var (put, removed) in _steps.Take(steps))
            {
                if (removed is { } number)
                    ids.Remove(Id(number));
                else
                    ids.Add(Id(put));
            }

            return [.. ids];
        }

        private static string Id(int number) => $"w{number:D6}";
    }
}
