using System.Collections.Concurrent;
using System.Globalization;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>
/// Writers, readers and maintenance at work on one namespace. Every write tells its LSN and every read the LSN it shows, so a read is
/// right if it equals the writes up to its LSN, played in order, and shows every write acknowledged before it began.
/// </summary>
public sealed class ConcurrencyTests : IndexContract
{
    private const int Writers = 3;
    private const int Rounds = 3;
    private const int WritesPerRound = 60;
    private const int OwnIds = 12;
    private const int SharedIds = 6;
    private const int BaseRecords = 5_200; // above what is always scanned exactly
    private const int ReadsMax = 600;
    private const int Dimension = 8;

    private readonly History _history = new();
    private readonly ConcurrentBag<Sight> _sights = [];

    // Every few writes meet a checkpoint.
    protected override EngineOptions Options => base.Options with { CheckpointLogBytes = 32 << 10 };

    [Fact]
    public async Task Every_read_shows_the_writes_up_to_its_lsn_whatever_runs_beside_it()
    {
        var index = CreateDense(dimension: Dimension, compression: Compression.SpectralK64);
        await WriteBaseAsync(index);
        using var done = new CancellationTokenSource();
        var background = Enumerable.Range(0, 3).Select(seed => Task.Run(() => Read(index, new Random(seed), done.Token), Cancellation))
            .Append(Task.Run(() => MaintainAsync(new Random(77), done.Token), Cancellation)).ToArray();

        var writers = Enumerable.Range(0, Writers).Select(number => new Writer(number, index, _history)).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(writers.Select(writer => Task.Run(writer.WriteAsync, Cancellation)));
            if (round == Rounds - 1)
                break;
            _history.Add(await index.DeleteAllAsync("", Cancellation), state => state.Clear());
            foreach (var writer in writers)
                writer.Forget();
            await WriteBaseAsync(index);
        }

        await done.CancelAsync();
        await Task.WhenAll(background);

        var last = _history.Check(_sights);
        CheckAtRest(index, last);
        await ReopenAsync();
        CheckAtRest(Engine.GetIndex("docs"), last);
    }

    private static float[] ValuesOf(string id, int version)
    {
        var seed = id.Aggregate(version, (sum, c) => unchecked((sum * 31) + c));
        return RandomVector(new Random(seed), Dimension);
    }

    /// <summary>Metadata names the version of the values it belongs to, and every record can be told from all others of its id.</summary>
    private static string Tag(int writer, int version, int change) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"writer":{{writer}},"version":{{version}},"change":{{change}}}""");

    private static void CheckValues(string id, ReadOnlyMemory<float> values, string tag)
    {
        var version = tag.Split("\"version\":")[1].Split(',')[0];
        Assert.Equal(ValuesOf(id, int.Parse(version, CultureInfo.InvariantCulture)), values.ToArray());
    }

    private async Task WriteBaseAsync(VectorIndex index)
    {
        var ids = Enumerable.Range(0, BaseRecords).Select(i => $"base-{i}").ToArray();
        var records = ids.Select(id => Dense(id, ValuesOf(id, 0), Tag(-1, 0, 0))).ToArray();
        _history.Add(await index.LoadAsync("", records, Cancellation), state =>
        {
            foreach (var id in ids)
                state[id] = Tag(-1, 0, 0);
        });
    }

    private async Task MaintainAsync(Random random, CancellationToken done)
    {
        Compression[] compressions = [Compression.Float32, Compression.SpectralK64, Compression.SpectralK128, Compression.Auto];
        var index = Engine.GetIndex("docs");
        while (!done.IsCancellationRequested)
        {
            switch (random.Next(3))
            {
                case 0:
                    await index.CompactAsync("", Cancellation);
                    break;
                case 1:
                    await index.FlushAsync(Cancellation);
                    break;
                default:
                    Engine.ConfigureIndex("docs", descriptor => descriptor with { Compression = compressions[random.Next(compressions.Length)] });
                    break;
            }

            Assert.True(index.DescribeNamespace("").SizeBytes > 0);
        }
    }

    private void Read(VectorIndex index, Random random, CancellationToken done)
    {
        string[] ids =
        [
            .. Enumerable.Range(0, Writers).SelectMany(writer => Enumerable.Range(0, OwnIds).Select(i => $"own-{writer}-{i}")),
            .. Enumerable.Range(0, SharedIds).Select(i => $"shared-{i}"),
        ];
        var seen = 0L;
        for (var reads = 0; reads < ReadsMax && !done.IsCancellationRequested; reads++)
        {
            var acknowledged = Math.Max(seen, _history.Acknowledged);
            var sight = random.Next(5) switch
            {
                0 => Fetch(index, [.. ids.Where(_ => random.Next(3) == 0)]),
                1 => List(index, random.Next(2) == 0 ? "own-" : "shared-"),
                2 => FetchByFilter(index, random.Next(Writers)),
                3 => QueryByFilter(index, random.Next(Writers)),
                _ => Query(index, RandomVector(random, Dimension)),
            };
            Assert.True(sight.Lsn >= acknowledged, $"a read at {sight.Lsn} misses what was acknowledged or seen at {acknowledged}");
            seen = sight.Lsn;
            _sights.Add(sight);
        }
    }

    private static Sight Fetch(VectorIndex index, string[] ids)
    {
        var result = index.Fetch("", ids);
        return Sight.Of(result.Records, result.MaxIndexedLsn, (id, _) => ids.Contains(id));
    }

    private static Sight List(VectorIndex index, string prefix)
    {
        var page = index.ListIds("", prefix, 1000, null);
        Assert.Equal(page.Ids.Order(StringComparer.Ordinal), page.Ids);
        return new Sight(page.MaxIndexedLsn.Value, page.Ids.ToDictionary(id => id, _ => (string?)null), (id, _) => id.StartsWith(prefix, StringComparison.Ordinal));
    }

    private static Sight FetchByFilter(VectorIndex index, int writer)
    {
        var page = index.FetchByFilter("", Filter($$"""{"writer":{{writer}}}"""), 1000, null);
        return Sight.Of(page.Records, page.MaxIndexedLsn, (_, tag) => tag.StartsWith($$"""{"writer":{{writer}},""", StringComparison.Ordinal));
    }

    /// <summary>With a topK above their number, every record that the filter keeps is a match, and no other.</summary>
    private static Sight QueryByFilter(VectorIndex index, int writer)
    {
        var query = new VectorQuery
        {
            TopK = 1000,
            Vector = ValuesOf("query", writer),
            Filter = Filter($$$"""{"$or":[{"writer":{"$in":[{{{writer}}},-2]}},{"version":{"$lt":0}}]}"""),
            IncludeMetadata = true,
        };
        var result = index.Query("", query, Cancellation);
        return new Sight(
            result.MaxIndexedLsn.Value,
            result.Matches.ToDictionary(match => match.Id, match => (string?)Json(match.Metadata)),
            (_, tag) => tag.StartsWith($$"""{"writer":{{writer}},""", StringComparison.Ordinal));
    }

    /// <summary>Which records are near is not at issue here, but every match must be a record of that moment.</summary>
    private static Sight Query(VectorIndex index, float[] vector)
    {
        var result = index.Query("", new VectorQuery { TopK = 40, Vector = vector, IncludeValues = true, IncludeMetadata = true }, Cancellation);
        var found = result.Matches.ToDictionary(match => match.Id, match => Json(match.Metadata));
        foreach (var match in result.Matches)
            CheckValues(match.Id, match.Values, Json(match.Metadata));
        return new Sight(result.MaxIndexedLsn.Value, found!, (id, _) => found.ContainsKey(id));
    }

    private static void CheckAtRest(VectorIndex index, Dictionary<string, string> expected)
    {
        var ids = index.ListIds("", null, 100_000, null).Ids;
        var records = index.Fetch("", ids).Records;

        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), ids);
        Assert.Equal(expected.Count, index.Stats().TotalRecordCount);
        Assert.Equal(expected.Count, index.DescribeNamespace("").RecordCount);
        Assert.Equal(expected.Count, records.Count);
        foreach (var record in records)
        {
            Assert.Equal(expected[record.Id], Json(record.Metadata));
            CheckValues(record.Id, record.Values, expected[record.Id]);
        }
    }

    /// <summary>One read: what it found among the records it asked for.</summary>
    /// <param name="Lsn">What it shows.</param>
    /// <param name="Found">Ids with their metadata, null where it was not read.</param>
    /// <param name="Asked">Whether a record was asked for, by id and metadata.</param>
    private sealed record Sight(long Lsn, Dictionary<string, string?> Found, Func<string, string, bool> Asked)
    {
        public static Sight Of(IEnumerable<VectorRecord> records, Lsn lsn, Func<string, string, bool> asked)
        {
            var found = new Dictionary<string, string?>();
            foreach (var record in records)
            {
                CheckValues(record.Id, record.Values, Json(record.Metadata));
                found.Add(record.Id, Json(record.Metadata));
            }

            return new Sight(lsn.Value, found, asked);
        }
    }

    /// <summary>All writes by LSN.</summary>
    private sealed class History
    {
        private readonly ConcurrentDictionary<long, Action<Dictionary<string, string>>> _writes = new();
        private long _acknowledged;

        /// <summary>The newest LSN that was acknowledged.</summary>
        public long Acknowledged => Volatile.Read(ref _acknowledged);

        public void Add(WriteResult result, Action<Dictionary<string, string>> apply)
        {
            Assert.True(_writes.TryAdd(result.Lsn.Value, apply), "two writes have the same LSN");
            for (var known = Acknowledged; known < result.Lsn.Value;)
                known = Interlocked.CompareExchange(ref _acknowledged, result.Lsn.Value, known);
        }

        /// <summary>Plays the writes in order and compares each read with the state at its LSN.</summary>
        /// <returns>The state after all writes.</returns>
        public Dictionary<string, string> Check(IEnumerable<Sight> sights)
        {
            var state = new Dictionary<string, string>();
            var played = 0L;
            foreach (var sight in sights.OrderBy(sight => sight.Lsn))
            {
                PlayTo(sight.Lsn);
                var expected = state.Where(record => sight.Asked(record.Key, record.Value)).ToArray();
                Assert.Equal(expected.Select(record => record.Key).Order(StringComparer.Ordinal), sight.Found.Keys.Order(StringComparer.Ordinal));
                Assert.All(expected, record => Assert.Equal(record.Value, sight.Found[record.Key] ?? record.Value));
            }

            PlayTo(Acknowledged);
            Assert.Equal(_writes.Count, played);
            return state;

            void PlayTo(long lsn)
            {
                while (played < lsn)
                    _writes[++played](state);
            }
        }
    }

    /// <summary>One after another, writes of all kinds to ids of its own, and upserts and deletes of shared ids.</summary>
    private sealed class Writer(int number, VectorIndex index, History history)
    {
        private readonly Random _random = new(1000 + number);
        private readonly Dictionary<string, int> _versions = []; // of the own ids that are there
        private int _next;

        /// <summary>All records were removed.</summary>
        public void Forget() => _versions.Clear();

        public async Task WriteAsync()
        {
            for (var i = 0; i < WritesPerRound; i++)
            {
                var shared = _random.Next(4) == 0;
                var id = shared ? $"shared-{_random.Next(SharedIds)}" : $"own-{number}-{_random.Next(OwnIds)}";
                // Whether an update of a shared id finds it is not known here, so those are not updated.
                var kind = _random.Next(shared || !_versions.ContainsKey(id) ? 3 : 5);
                await (kind switch { 0 => RemoveAsync(id), 1 => UpsertAsync(id), 2 => LoadAsync(id), 3 => UpdateAsync(id), _ => SetMetadataAsync(id) });
            }
        }

        private async Task UpsertAsync(string id)
        {
            var (version, tag) = (++_next, Tag(number, _next, _next));
            _versions[id] = version;
            history.Add(await index.UpsertAsync("", [Dense(id, ValuesOf(id, version), tag)], Cancellation), state => state[id] = tag);
        }

        private async Task LoadAsync(string id)
        {
            var (version, tag) = (++_next, Tag(number, _next, _next));
            _versions[id] = version;
            history.Add(await index.LoadAsync("", [Dense(id, ValuesOf(id, version), tag)], Cancellation), state => state[id] = tag);
        }

        private async Task UpdateAsync(string id)
        {
            var (version, tag) = (++_next, Tag(number, _next, _next));
            _versions[id] = version;
            var update = new RecordUpdate(id, ValuesOf(id, version), SetMetadata: Metadata(tag));
            history.Add(await index.UpdateAsync("", update, Cancellation), state => state[id] = tag);
        }

        private async Task SetMetadataAsync(string id)
        {
            var tag = Tag(number, _versions[id], ++_next);
            history.Add(await index.UpdateAsync("", new RecordUpdate(id, SetMetadata: Metadata(tag)), Cancellation), state => state[id] = tag);
        }

        private async Task RemoveAsync(string id)
        {
            _versions.Remove(id);
            history.Add(await index.DeleteAsync("", [id], Cancellation), state => state.Remove(id));
        }
    }
}
