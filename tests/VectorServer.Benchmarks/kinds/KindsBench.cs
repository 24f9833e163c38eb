using System.Diagnostics;
using System.Globalization;

namespace VectorServer.Benchmarks.Kinds;

/// <summary>
/// Is search right on anybody's data, and how fast beside another build of the engine and beside that one's exact scan? Both builds are
/// loaded into this process, hold the same rows and answer the same queries in turn, in one thread.
/// </summary>
internal sealed class KindsBench(KindsOptions options)
{
    private const int QueriesOfEachKind = 40;
    private const int QueriesOfEachKindOfMany = 10;
    private const int ManyValues = 20_000_000; // from there on the truth takes minutes
    private const int Rounds = 15;
    private const double WarmupMs = 600; // what a kind of data alone needs is compiled, and compiled anew, by then
    private const double BlockMs = 12; // of queries of one side, before the next has its turn
    private const int BlockQueriesMin = 3;

    public static async Task<int> RunAsync(KindsOptions options) => await new KindsBench(options).RunAsync();

    private async Task<int> RunAsync()
    {
        var current = new EngineBuild("new", AppContext.BaseDirectory);
        var other = options.Beside is { } directory ? new EngineBuild("old", directory) : null;
        var what = options.RecallOnly ? "" : " Microseconds of a query in the distribution of the rows, one thread, medians of rounds.";
        var lines = new List<string>
        {
            $"## Kinds of data, topK {options.TopK}, index {options.Index}, compression {options.Compression}\n\n{Machine.Describe()}. "
                + $"Recall over queries alike the rows, stored, near, far and in the middle.{what}\n",
            KindResult.Header,
        };
        lines.ForEach(Console.WriteLine);
        await MeasureAsync(KindCase.Warmup, current, other); // compiled and recompiled by then
        var cases = KindCase.All(options).Where(IsAsked).ToArray();
        var (part, parts) = options.Part;
        foreach (var kindCase in cases[(cases.Length * (part - 1) / parts)..(cases.Length * part / parts)])
        {
            var result = await MeasureAsync(kindCase, current, other);
            Console.WriteLine(result);
            lines.Add(result.ToString());
        }

        if (options.Out is { } path && part == 1)
            await File.WriteAllLinesAsync(path, lines);
        else if (options.Out is { } begun)
            await File.AppendAllLinesAsync(begun, lines.Skip(2));
        return 0;
    }

    private bool IsAsked(KindCase kindCase) => options.Only.Count > 0
        ? options.Only.Any(part => $"{kindCase.Name}/".Replace(' ', '/').StartsWith($"{part}/", StringComparison.Ordinal))
        : kindCase.IsQuick || !options.Quick;

    private async Task<KindResult> MeasureAsync(KindCase kindCase, EngineBuild current, EngineBuild? other)
    {
        var started = Stopwatch.GetTimestamp();
        var data = kindCase.Make();
        var truth = new QueryTruth(data, data.Values.Length < ManyValues ? QueriesOfEachKind : QueriesOfEachKindOfMany, options.TopK);
        var drawn = Stopwatch.GetElapsedTime(started);
        await using var newEngine = await current.LoadAsync(data, options.Index, options.Compression);
        await using var oldEngine = other is null ? null : await other.LoadAsync(data, options.Index, options.Compression);
        await Quiet.WaitAsync();
        await Console.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{kindCase.Name}: drawn in {drawn.TotalSeconds:F1} s, loaded in {(Stopwatch.GetElapsedTime(started) - drawn).TotalSeconds:F1} s"));
        var found = truth.Measure(newEngine);
        var foundBefore = oldEngine is null ? null : truth.Measure(oldEngine);
        var times = options.RecallOnly ? null : Time(truth.Alike, newEngine, oldEngine);
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{kindCase.Name}: {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s in all"));
        return new KindResult(kindCase, foundBefore, found, times);
    }

    /// <summary>Blocks of the same queries by each side in turn; each round begins with another side.</summary>
    private KindTimes Time(float[][] queries, LoadedEngine newEngine, LoadedEngine? oldEngine)
    {
        var compared = oldEngine ?? newEngine;
        (LoadedEngine Engine, bool Exact)[] sides = [(compared, false), (compared, true), (newEngine, false), (newEngine, true)];
        int[] blocks = [.. sides.Select(side => BlockOf(queries, side.Engine, side.Exact))];
        var times = sides.Select(_ => new double[Rounds]).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var turn = 0; turn < sides.Length; turn++)
            {
                var side = (turn + round) % sides.Length;
                times[side][round] = MicrosecondsOf(queries, round, blocks[side], sides[side].Engine, sides[side].Exact);
            }
        }

        return new KindTimes(
            Median(times[0]), Median(times[1]), Median(times[2]), Median(times[3]),
            Ratio(times[0], times[2]), Ratio(times[1], times[2]), Ratio(times[1], times[3]));
    }

    /// <summary>Warms up, and tells how many queries make a block.</summary>
    private int BlockOf(float[][] queries, LoadedEngine engine, bool exact)
    {
        var started = Stopwatch.GetTimestamp();
        var count = 0;
        while (Stopwatch.GetElapsedTime(started).TotalMilliseconds < WarmupMs || count < 2)
            engine.Run(queries[count++ % queries.Length], options.TopK, exact);
        return Math.Clamp((int)(BlockMs * count / Stopwatch.GetElapsedTime(started).TotalMilliseconds), BlockQueriesMin, queries.Length);
    }

    private double MicrosecondsOf(float[][] queries, int round, int count, LoadedEngine engine, bool exact)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
            engine.Run(queries[((round * BlockQueriesMin) + i) % queries.Length], options.TopK, exact);
        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / count;
    }

    private static double Ratio(double[] slow, double[] fast) => Median([.. slow.Zip(fast, (left, right) => left / right)]);

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
