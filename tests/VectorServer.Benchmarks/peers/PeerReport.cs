using System.Globalization;
using System.Text;

namespace VectorServer.Benchmarks.Peers;

/// <summary>The results as markdown: printed as they come, and kept.</summary>
internal sealed class PeerReport
{
    private readonly StringBuilder _text = new();

    public void Line(FormattableString line)
    {
        var text = line.ToString(CultureInfo.InvariantCulture);
        Console.WriteLine(text);
        _text.Append(text).Append('\n');
    }

    /// <summary>Says what is being done, on the console alone.</summary>
    public static void Say(string what) => Console.Error.WriteLine(what);

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }

    /// <summary>A table of the points on a level, fastest first, and who is not on it.</summary>
    /// <param name="level">The recall asked for.</param>
    /// <param name="columns">Of the rates.</param>
    /// <param name="rows">Who, and its points.</param>
    /// <param name="rates">Of a point, in the order of the columns.</param>
    public void Level(double level, string[] columns, IEnumerable<(string Engine, IReadOnlyList<PeerPoint> Points)> rows, Func<PeerPoint, double[]> rates)
    {
        Line($"\n### Recall@10 of {level:F2} or more\n");
        Line($"| engine | index | least effort | recall@10 | {string.Join(" | ", columns)} |");
        Line($"|---|---|---|---:|{string.Concat(columns.Select(_ => "---:|"))}");
        var all = rows.Select(row => (row.Engine, Point: PeerLadder.At(row.Points, level), Best: row.Points.MaxBy(point => point.Recall)!)).ToArray();
        foreach (var (engine, point, _) in all.Where(row => row.Point is not null).OrderByDescending(row => rates(row.Point!)[0]))
        {
            var effort = point!.Setting.Effort.Length == 0 ? "" : $"{point.Setting.Effort} {point.Effort}";
            var figures = string.Join(" | ", rates(point).Select(rate => rate.ToString("N0", CultureInfo.InvariantCulture)));
            Line($"| {engine} | {point.Setting.Settings} | {effort} | {point.Recall:F3} | {figures} |");
        }

        foreach (var (engine, _, best) in all.Where(row => row.Point is null))
            Line($"| {engine} | {best.Setting.Settings} | not reached | {best.Recall:F3} | {string.Join(" | ", columns.Select(_ => ""))} |");
    }

    public void Write(string path) => File.WriteAllText(path, _text.ToString());
}
