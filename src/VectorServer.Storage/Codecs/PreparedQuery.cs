namespace VectorServer.Storage.Codecs;

/// <summary>A query as one codec wants it; see <see cref="BlockCodec.Prepare"/>.</summary>
internal abstract class PreparedQuery
{
    /// <summary>How the kernel's integer of a row becomes its rank.</summary>
    public required RankFormula Formula { get; init; }

    /// <summary>What is known of the query in its <see cref="RowSpace"/>.</summary>
    public required QueryShape Shape { get; init; }
}

/// <summary>What of a query decides how far estimates may be off.</summary>
/// <param name="Scale">Turns ranks of the space into the metric's.</param>
/// <param name="IsDistance">Ranks are negated squared distances; else products.</param>
/// <param name="Length">The query's length in the space.</param>
/// <param name="Rounding">The length of what rounding the query has lost.</param>
internal readonly record struct QueryShape(RankScale Scale, bool IsDistance, float Length, float Rounding)
{
    public static QueryShape Of(Metric metric, RankScale scale, ReadOnlySpan<float> coordinates, double roundingSquares)
    {
        double squares = 0;
        foreach (var value in coordinates)
            squares += (double)value * value;
        return new QueryShape(scale, metric != Metric.DotProduct, (float)Math.Sqrt(squares), (float)(Math.Sqrt(roundingSquares) * (1 + 1e-6)));
    }

    /// <summary>The formula of a code whose integers times <paramref name="level"/> are products of query and code.</summary>
    public RankFormula Formula(float level) => IsDistance ? new RankFormula(2 * level, -1, -Length * Length) : new RankFormula(level, 0, 0);
}
