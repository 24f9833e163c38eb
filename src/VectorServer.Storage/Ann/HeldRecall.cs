namespace VectorServer.Storage.Ann;

/// <summary>
/// The effort at which an index was measured to reach a recall, on queries drawn from its own rows, and what that costs beside a scan.
/// Saved with the index. Immutable.
/// </summary>
/// <param name="Target">The recall that was asked for, 0..1.</param>
/// <param name="Rows">Rows there were.</param>
/// <param name="Effort">For topK 10; 0 where no effort that is worth it reached the target.</param>
/// <param name="EffortOfMany">For topK <see cref="Many"/>.</param>
/// <param name="Recall">What was measured with <paramref name="Effort"/>.</param>
/// <param name="RowsPerEffort">Rows that a scan reads in the time of one more unit of effort.</param>
internal sealed record HeldRecall(double Target, int Rows, int Effort, int EffortOfMany, double Recall, double RowsPerEffort)
{
    public const int Few = 10;
    public const int Many = 100;

    private const int EffortMax = 1 << 20;

    /// <summary>Effort for a number of matches: measured for two, in a straight line for the others.</summary>
    public int Of(int topK)
    {
        var slope = (EffortOfMany - Effort) / (double)(Many - Few);
        return (int)Math.Clamp(Effort + Math.Max(0, topK - Few) * Math.Max(0, slope), 1, EffortMax);
    }

    /// <summary>With more or less effort, as live queries ask for.</summary>
    public HeldRecall Times(double factor) => this with
    {
        Effort = Math.Max(1, (int)Math.Ceiling(Effort * factor)),
        EffortOfMany = Math.Max(1, (int)Math.Ceiling(EffortOfMany * factor)),
    };
}
