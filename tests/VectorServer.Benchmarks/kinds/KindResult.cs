using System.Globalization;

namespace VectorServer.Benchmarks.Kinds;

/// <summary>What was measured of one build on one kind of data.</summary>
/// <param name="Recall">Share of the true matches found, or of rows as near.</param>
/// <param name="Worst">The least recall of one kind of query, and which.</param>
/// <param name="Certified">Share of the answers that the build vouches for; null where it does not say.</param>
/// <param name="Plan">How most queries were answered.</param>
/// <param name="Rescored">Rows scored exactly, mean.</param>
/// <param name="CodeBytes">Bytes a row of the codes.</param>
internal sealed record SideResult(double Recall, string Worst, double? Certified, string Plan, double Rescored, double CodeBytes);

/// <summary>Median microseconds of a query, and medians of the ratios of rounds.</summary>
internal sealed record KindTimes(double Old, double OldExact, double New, double NewExact, double Ratio, double RatioToExact, double RatioOfExacts);

/// <summary>A row of the table.</summary>
internal sealed record KindResult(KindCase Case, SideResult? Old, SideResult New, KindTimes? Times)
{
    private const double RecallMin = 0.99;
    private const double CertifiedMin = 0.99;

    public const string Header =
        "| kind x rows | recall old | new | worst queries, new | certified | plan, rows rescored | us old | us new | times as fast | us old exact | us new exact | times old exact | exact / exact | code bytes a row, old | new | misses |\n"
        + "|---|---:|---:|---|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|";

    public string Misses => string.Join(", ", WhatMisses());

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Case.Name} | {Old?.Recall:F4} | {New.Recall:F4} | {New.Worst} | {New.Certified:P1} | {New.Plan}, {New.Rescored:F0} | {Times?.Old:F1} | {Times?.New:F1} | {Times?.Ratio:F2} | {Times?.OldExact:F1} | {Times?.NewExact:F1} | {Times?.RatioToExact:F2} | {Times?.RatioOfExacts:F2} | {Old?.CodeBytes:F0} | {New.CodeBytes:F0} | {Misses} |");

    private IEnumerable<string> WhatMisses()
    {
        if (New.Recall < RecallMin)
            yield return "recall";
        if (New.Certified < CertifiedMin)
            yield return "certified";
        if (Times is null || Old is null)
            yield break;
        if (Case.Must is { } must && Times.Ratio < must)
            yield return $"speed ({must}x)";
        if (Case.Must is null && Old.Recall >= RecallMin && Times.Ratio < 0.9)
            yield return "speed (0.9x)";
        if (Case.Must is null && Old.Recall < RecallMin && Times.RatioToExact < 1)
            yield return "speed (1x exact)";
        if (Case.MustExact is { } mustExact && Times.RatioOfExacts < mustExact)
            yield return $"exact ({mustExact}x)";
    }
}
