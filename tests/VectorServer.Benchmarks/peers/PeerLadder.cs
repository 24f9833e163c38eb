namespace VectorServer.Benchmarks.Peers;

/// <summary>Finds the least effort that reaches a recall, so that engines are compared where they find the same.</summary>
internal static class PeerLadder
{
    public static readonly double[] Levels = [0.95, 0.99];

    /// <summary>Climbs until the highest level is reached.</summary>
    /// <returns>The first point on each level; where the last level is not reached, the best point too.</returns>
    public static async Task<List<PeerPoint>> ClimbAsync(PeerSetting setting, Func<int, Task<double>> recallOf)
    {
        var points = new List<PeerPoint>();
        foreach (var effort in setting.Ladder)
        {
            points.Add(new PeerPoint(setting, effort, await recallOf(effort)));
            if (points[^1].Recall >= Levels[^1])
                break;
        }

        var chosen = Levels.Select(level => At(points, level)).OfType<PeerPoint>().ToHashSet();
        chosen.Add(points.MaxBy(point => point.Recall)!);
        return [.. points.Where(chosen.Contains)];
    }

    /// <summary>The first point that reaches a level; null if none does.</summary>
    public static PeerPoint? At(IEnumerable<PeerPoint> points, double level) => points.FirstOrDefault(point => point.Recall >= level);
}
