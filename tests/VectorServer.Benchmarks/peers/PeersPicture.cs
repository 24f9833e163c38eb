using System.Globalization;
using System.Text;

namespace VectorServer.Benchmarks.Peers;

/// <summary>Draws the tables "Recall@10 of ... or more" of PEERS.md: recall against queries a second, one thread, a line an engine.</summary>
internal static class PeersPicture
{
    private const int Width = 760, Height = 400, Left = 70, Right = 250, Top = 40, Bottom = 50;
    private const double RecallMin = 0.945, RecallMax = 1.0, SpeedMin = 100, SpeedMax = 20_000;

    private static readonly string[] Colours = ["#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"];

    public static int Run(string root)
    {
        var lines = File.ReadAllLines(Path.Combine(root, "tests", "VectorServer.Benchmarks", "PEERS.md"));
        var engines = Points(lines).GroupBy(point => point.Engine).Where(engine => engine.Any(point => point.Speed >= SpeedMin)).Take(Colours.Length).ToArray();
        File.WriteAllText(Path.Combine(root, "docs", "recall-speed.svg"), Draw(engines));
        return 0;
    }

    private static IEnumerable<(string Engine, double Recall, double Speed)> Points(string[] lines)
    {
        var isRecall = false;
        foreach (var line in lines.TakeWhile(line => !line.StartsWith("## Over HTTP", StringComparison.Ordinal)))
        {
            if (line.StartsWith('#'))
                isRecall = line.StartsWith("### Recall@10 of", StringComparison.Ordinal);
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            if (isRecall && cells.Length > 6 && Number(cells[4]) is { } recall && Number(cells[5]) is { } speed && !cells[2].Contains("exact", StringComparison.Ordinal))
                yield return ($"{Short(cells[1])}, {Short(cells[2])}", recall, speed);
        }
    }

    private static string Draw(IGrouping<string, (string Engine, double Recall, double Speed)>[] engines)
    {
        var svg = new StringBuilder();
        void Add(string format, params object[] values) => svg.AppendFormat(CultureInfo.InvariantCulture, format, values).Append('\n');
        Add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" font-size=\"12\">", Width, Height);
        Add("<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>", Width, Height);
        Add("<text x=\"{0}\" y=\"22\" font-size=\"14\">100,000 real embeddings of 384 dimensions, in process, one thread</text>", Left);
        foreach (var recall in (double[])[0.95, 0.96, 0.97, 0.98, 0.99, 1])
        {
            Add("<line x1=\"{0:F0}\" y1=\"{1}\" x2=\"{0:F0}\" y2=\"{2}\" stroke=\"#ddd\"/>", X(recall), Top, Height - Bottom);
            Add("<text x=\"{0:F0}\" y=\"{1}\" text-anchor=\"middle\">{2:F2}</text>", X(recall), Height - Bottom + 18, recall);
        }

        foreach (var speed in (double[])[100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000])
        {
            Add("<line x1=\"{0}\" y1=\"{1:F0}\" x2=\"{2}\" y2=\"{1:F0}\" stroke=\"#ddd\"/>", Left, Y(speed), Width - Right);
            Add("<text x=\"{0}\" y=\"{1:F0}\" text-anchor=\"end\">{2:N0}</text>", Left - 6, Y(speed) + 4, speed);
        }

        Add("<text x=\"{0}\" y=\"{1}\" text-anchor=\"middle\">recall@10</text>", (Left + Width - Right) / 2, Height - 12);
        Add("<text x=\"16\" y=\"{0}\" text-anchor=\"middle\" transform=\"rotate(-90 16 {0})\">queries a second</text>", (Top + Height - Bottom) / 2);
        for (var i = 0; i < engines.Length; i++)
        {
            var (colour, y) = (Colours[i], Top + 10 + (i * 22));
            var points = engines[i].Where(point => point.Speed >= SpeedMin).OrderBy(point => point.Recall).ToArray();
            var path = string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.Recall):F1},{Y(point.Speed):F1}")));
            Add("<polyline points=\"{0}\" fill=\"none\" stroke=\"{1}\" stroke-width=\"2\"/>", path, colour);
            foreach (var point in points)
                Add("<circle cx=\"{0:F1}\" cy=\"{1:F1}\" r=\"3.5\" fill=\"{2}\"/>", X(point.Recall), Y(point.Speed), colour);
            Add("<circle cx=\"{0}\" cy=\"{1}\" r=\"4\" fill=\"{2}\"/><text x=\"{3}\" y=\"{4}\">{5}</text>", Width - Right + 16, y, colour, Width - Right + 28, y + 4, engines[i].Key);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static double X(double recall) => Left + ((recall - RecallMin) / (RecallMax - RecallMin) * (Width - Right - Left));

    private static double Y(double speed) => Height - Bottom - (Math.Log(speed / SpeedMin) / Math.Log(SpeedMax / SpeedMin) * (Height - Bottom - Top));

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Without versions and settings behind the name.</summary>
    private static string Short(string text) =>
        text.StartsWith("this engine", StringComparison.Ordinal) ? "VectorServer"
        : text.StartsWith("auto: scan", StringComparison.Ordinal) ? "scan of codes"
        : text.Split(' ')[0].TrimEnd(',') + (text.Contains("int8", StringComparison.Ordinal) ? " int8" : "");
}
