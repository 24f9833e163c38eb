using System.Collections.Concurrent;
using VectorServer.Storage.Namespaces;

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
        var index = CreateDense(metric: Metric.DotProduct);
        await index.UpsertAsync("", [.. Enumerable.Range(0, 3000).Select(i => Dense($"base{i}", [1, 2, i]))], Cancellation);
        var history = new WriteHistory();
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 3).Select(number => new Writer(number, new Random((seed * 10) + number), history).RunAsync(index, stop.Token)).ToArray();
        var before = new List<long>();
        for (var backup = 0; backup < 4; backup++)
        {
            while (history.Acknowledged < (backup + 1) * 15 && !writers.Any(writer => writer.IsCompleted))
                await Task.Yield();
            before.Add(history.Acknowledged);
            await BackUpAsync(index, $"b{backup}");
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);

        for (var backup = 0; backup < before.Count; backup++)
        {
            var restored = await RestoreAsync($"b{backup}", $"restored{backup}");
            var lsn = restored.ListIds("", null, 1, null).MaxIndexedLsn.Value;
            Assert.InRange(lsn, before[backup], history.Acknowledged);
            Assert.Equal(history.StateAfter(lsn), Records(restored, "").Where(record => record.Id[0] == 'w').Select(record => $"{record.Id} {record.Values} {record.Sparse} {record.Metadata}"));
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

    /// <summary>What writes did, by their LSNs: whoever writes, that is their order.</summary>
    private sealed class WriteHistory
    {
        private readonly ConcurrentDictionary<long, Action<SortedDictionary<string, string>>> _writes = [];
        private long _acknowledged = 1; // the base

        /// <summary>The newest LSN that was acknowledged.</summary>
        public long Acknowledged => Volatile.Read(ref _acknowledged);

        public void Add(WriteResult result, Action<SortedDictionary<string, string>> apply)
        {
            Assert.True(_writes.TryAdd(result.Lsn.Value, apply), "two writes have the same LSN");
            for (var known = Acknowledged; known < result.Lsn.Value;)
                known = Interlocked.CompareExchange(ref _acknowledged, result.Lsn.Value, known);
        }

        /// <summary>Every record as text, by id.</summary>
        public IEnumerable<string> StateAfter(long lsn)
        {
            var state = new SortedDictionary<string, string>(StringComparer.Ordinal);
            for (var played = 2L; played <= lsn; played++)
                _writes[played](state);
            return state.Select(record => $"{record.Key} {record.Value}");
        }
    }

    /// <summary>One after another: batches of new records, replacements and removals of whole batches, by id and by filter.</summary>
    private sealed class Writer(int number, Random random, WriteHistory history)
    {
        private const int BatchRecords = 5;
        private readonly HashSet<int> _present = [];
        private int _next;

        public async Task RunAsync(VectorIndex index, CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                var batch = random.Next(10);
                var ids = Enumerable.Range(0, BatchRecords).Select(i => $"w{number}-{batch}-{i}").ToArray();
                var version = ++_next;
                switch (random.Next(5))
                {
                    case 0:
                        _present.Remove(batch);
                        history.Add(await index.DeleteAsync("", ids, CancellationToken.None), state => Remove(state, ids));
                        break;
                    case 1 when _present.Remove(batch): // else it would change nothing, and have no LSN of its own
                        var filter = Filter($$"""{"of":"{{number}}-{{batch}}"}""")!;
                        history.Add(await index.DeleteByFilterAsync("", filter, CancellationToken.None), state => Remove(state, ids));
                        break;
                    default:
                        _present.Add(batch);
                        VectorRecord[] records =
                        [
                            .. ids.Select((id, i) => new VectorRecord(
                                id, new float[] { number, batch, version + i }, SparseVector.Create([(uint)i], [version]), Metadata($$"""{"of":"{{number}}-{{batch}}"}"""))),
                        ];
                        history.Add(await index.UpsertAsync("", records, CancellationToken.None), state =>
                        {
                            for (var i = 0; i < ids.Length; i++)
                                state[ids[i]] = $"[{number},{batch},{version + i}] [{i}][{version}] {Json(records[i].Metadata)}";
                        });
                        break;
                }
            }
        }

        private static void Remove(SortedDictionary<string, string> state, string[] ids)
        {
            foreach (var id in ids)
                state.Remove(id);
        }
    }
}
