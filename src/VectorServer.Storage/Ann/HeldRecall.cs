namespace VectorServer.Storage.Ann;

/// <summary>
/// The effort at which an index was measured to reach a recall, on queries drawn from its own rows, and what that costs beside a scan.
/// Saved with the index. Immutable.
/// </summary>
/// <remarks>
/// A walk that is as good as any among the rows may miss most of what is nearest to a query that lies elsewhere. So those have an effort of
/// their own; a query is one of them if the best row found for it is not as near as <paramref name="Reach"/>.
/// </remarks>
/// <param name="Target">The recall that was asked for, 0..1.</param>
/// <param name="Rows">Rows there were.</param>
/// <param name="Usual">For queries as near to a row as rows are to each other.</param>
/// <param name="Outside">For the others.</param>
/// <param name="Reach">How near the best row is, at least, to a usual query: its rank, by the dot product for a query of length 1.</param>
/// <param name="Recall">What was measured with <paramref name="Usual"/>.</param>
/// <param name="RowsPerEffort">Rows that a scan reads in the time of one more unit of effort.</param>
internal sealed record HeldRecall(double Target, int Rows, HeldEffort Usual, HeldEffort Outside, double Reach, double Recall, double RowsPerEffort)
{
    public const int Few = 10;
    public const int Many = 100;

    /// <summary>Whether it holds for so many rows: a third more need about the same effort.</summary>
    public bool Holds(int rows) => rows / 4.0 * 3 <= Rows;

    /// <summary>The effort for a query whose best row found is so near.</summary>
    public HeldEffort For(double nearness) => nearness < Reach ? Outside : Usual;

    /// <summary>With more or less effort, as live queries ask for.</summary>
    public HeldRecall Times(double factor) => this with { Usual = Usual.Times(factor), Outside = Outside.Times(factor) };
}

/// <summary>An effort by the number of matches: measured for two, in a straight line for the others.</summary>
/// <param name="OfFew">For <see cref="HeldRecall.Few"/>; 0 where no effort that is worth it reached the target, and a scan is to answer.</param>
/// <param name="OfMany">For <see cref="HeldRecall.Many"/>.</param>
internal readonly record struct HeldEffort(int OfFew, int OfMany)
{
    private const int Max = 1 << 20;

    public bool IsNone => OfFew == 0;

    public int Of(int topK)
    {
        var slope = (OfMany - OfFew) / (double)(HeldRecall.Many - HeldRecall.Few);
        return (int)Math.Clamp(OfFew + Math.Max(0, topK - HeldRecall.Few) * Math.Max(0, slope), 1, Max);
    }

    public HeldEffort Times(double factor) => IsNone ? this : new(Times(OfFew, factor), Times(OfMany, factor));

    private static int Times(int effort, double factor) => Math.Max(1, (int)Math.Ceiling(effort * factor));
}
