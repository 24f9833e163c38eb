using System.Diagnostics;

namespace VectorServer.Benchmarks;

/// <summary>Times several things in turn, so that what disturbs the machine disturbs them alike.</summary>
internal static class Stopclock
{
    // Past the JIT's tiers, which it changes in the background after 100 ms of quiet.
    private static readonly TimeSpan Warmup = TimeSpan.FromMilliseconds(500);

    /// <returns>Median milliseconds of each action over all rounds.</returns>
    public static double[] Medians(int rounds, params Action[] actions)
    {
        var times = actions.Select(_ => new double[rounds]).ToArray();
        for (var warmup = Stopwatch.StartNew(); warmup.Elapsed < Warmup;)
        {
            foreach (var action in actions)
                action();
        }

        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < actions.Length; i++)
            {
                var start = Stopwatch.GetTimestamp();
                actions[i]();
                times[i][round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        return [.. times.Select(Median)];
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
