using System.Collections.Concurrent;
using System.Globalization;
using VectorServer.Storage.CrashWriter;

namespace VectorServer.Storage.Tests.Recovery;

/// <summary>
/// Kills a writing process at random moments and at chosen operations on its disk, and looks at what a fresh one finds: all that was
/// acknowledged to the bit, and of the step under way all or nothing. 200 kills; VECTORSERVER_LONG=1 makes 10,000 of them, or VECTORSERVER_KILLS;
/// other ones with another VECTORSERVER_SEED.
/// </summary>
public sealed class KillTests
{
    private const int RoundsPerDirectory = 25;
    private const int StepsMax = 600; // the point of a kill is reached long before

    private static int Directories =>
        (Environment.GetEnvironmentVariable("VECTORSERVER_LONG") == "1" ? Setting("VECTORSERVER_KILLS", 10_000) : 200) / RoundsPerDirectory;

    [Fact]
    public async Task Every_acknowledged_write_survives_a_kill_at_any_moment_and_none_is_there_in_part()
    {
        var points = new List<string>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = TestContext.Current.CancellationToken };
        var firstSeed = Setting("VECTORSERVER_SEED", 0);
        await Parallel.ForAsync(firstSeed, firstSeed + Directories, options, async (seed, _) =>
        {
            var reached = await RunAsync(seed);
            lock (points)
                points.AddRange(reached);
        });

        Assert.Equal(Directories * RoundsPerDirectory, points.Count);
        Assert.True(points.Distinct().Count() > 25, $"kills must come at many points, they came at {string.Join(' ', points.Distinct())}");
    }

    [Fact]
    public async Task Without_a_kill_the_writer_finishes_and_the_kill_is_reported_as_not_landed()
    {
        using var directory = TempDirectory.InMemory();

        var run = await CrashRun.StartAsync(directory.File("data"), 3, 0, 30, StepKind.Upsert);

        Assert.Throws<Xunit.Sdk.TrueException>(run.AssertKilled);
        Assert.Equal(30, run.Acknowledged);
        var script = new Script(3);
        var model = New();
        for (var i = 0; i < 30; i++)
            model = model.After(script.Step(i, StepKind.Upsert));
        await using var engine = Open(directory.File("data"));
        Assert.Null(CrashComparison.Difference(engine, model));
    }

    /// <summary>Kills one process after another over one data directory.</summary>
    /// <returns>Where each was killed.</returns>
    private static async Task<List<string>> RunAsync(int seed)
    {
        using var directory = TempDirectory.InMemory();
        var (data, script, random) = (directory.File("data"), new Script(seed), new Random(20261121 + seed));
        var (model, done, points) = (New(), 0, new List<string>());
        while (points.Count < RoundsPerDirectory)
        {
            var (point, focus) = Choose(random);
            var count = point is KillPoint.ApproximateIndex ? 1 : random.Next(1, 25);
            var killAt = point is null ? null : string.Create(CultureInfo.InvariantCulture, $"{point}:{count}");
            var run = await CrashRun.StartAsync(data, seed, done, done + StepsMax, focus, killAt, point is null ? random.Next(1, 200) : null);

            var what = $"seed {seed}, round {points.Count}, killed at {killAt ?? "a random moment"}, step {run.Acknowledged}";
            run.AssertKilled();
            if (random.Next(4) == 0)
                await CrashRun.StartAsync(data, seed, done, done, focus, $"{KillPoint.Open}:{random.Next(1, 12)}"); // once more, in recovery or at the clean end
            for (; done < run.Acknowledged; done++)
                model = model.After(script.Step(done, focus));
            var next = script.Step(done, focus);
            var found = await CheckAsync(data, model, next, run, $"{what}, {next.Kind}");
            done += ReferenceEquals(found, model) ? 0 : 1; // what is there of a step that was under way is not asked for again
            model = found;
            points.Add(point ?? "random");
        }

        return points;
    }

    /// <summary>A point of the disk, a kind of step, or null for a random moment.</summary>
    private static (string? Point, StepKind Focus) Choose(Random random)
    {
        var focus = (StepKind)random.Next(Enum.GetValues<StepKind>().Length);
        return random.Next(5) switch
        {
            0 => (null, focus),
            1 or 2 => KillPoint.DiskPoints[random.Next(KillPoint.DiskPoints.Count)] is var point && point == KillPoint.ApproximateIndex
                ? (point, StepKind.Batch)
                : (point, focus),
            _ => (focus == StepKind.Flush ? null : focus.ToString(), focus), // a flush changes nothing where a checkpoint was just made
        };
    }

    /// <returns>Which of the states that there may be is there.</returns>
    private static async Task<CrashModel> CheckAsync(string data, CrashModel model, ScriptStep next, CrashRun run, string what)
    {
        var log = new ConcurrentQueue<string>();
        await using var engine = Open(data, log.Enqueue);
        if (!engine.TryGetIndex("docs", out var docs) && run.Acknowledged == 0)
            return model; // killed before the first step
        var states = new List<CrashModel> { model };
        if (next.Kind == StepKind.Burst)
        {
            // Each write stands by itself: those acknowledged are there, of the others any.
            var there = model.WithNamespaceOf(next);
            var ids = docs!.ListIds("", null, 100_000, null).Ids.ToHashSet();
            for (var i = 0; i < next.Records.Count; i++)
            {
                var record = next.Records[i];
                var isWritten = ids.Contains(record.Id) && docs.Fetch("", [record.Id]).Records[0].Values.Span.SequenceEqual(record.Values);
                Assert.True(isWritten || !run.BurstWrites.Contains(i), $"{what}: write {i} of the burst is lost");
                if (isWritten)
                    there.Put(record);
            }

            states = [there];
        }
        else
        {
            states.Add(model.WithNamespaceOf(next));
            states.Add(model.After(next));
        }

        var differences = new List<string>();
        foreach (var state in states)
        {
            if (CrashComparison.Difference(engine, state) is not { } difference)
                return state;
            differences.Add(difference);
        }

        Assert.Fail($"{what}:\n{string.Join('\n', differences)}\n{string.Join('\n', log)}");
        return model;
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var set) ? set : otherwise;

    private static CrashModel New() => new() { Indexes = { ["docs"] = new CrashIndex() } };

    private static VectorEngine Open(string data, Action<string>? log = null) => VectorEngine.Open(new EngineOptions { DataDirectory = data, Log = log });
}
