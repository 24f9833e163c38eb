namespace VectorServer.Storage.Ann;

/// <summary>What a search of an approximate index is asked for.</summary>
/// <param name="Effort">Nodes that are accepted on a graph's walk (the ef of its paper), or inverted lists that are read; at least 1.</param>
/// <param name="TopK">Matches wanted.</param>
/// <param name="Accepts">Which rows count; null for all. Others are ways, and cost none of the effort.</param>
internal readonly record struct SearchAsk(int Effort, int TopK = 10, Func<int, bool>? Accepts = null);

/// <summary>A row that an index found, the newest of those with its vector.</summary>
/// <param name="Row">Its number.</param>
/// <param name="Rank">How near it is, by estimate, as the metric ranks: higher is nearer.</param>
/// <param name="Most">The highest rank it may have by what is known of the estimate's error.</param>
internal readonly record struct FoundRow(int Row, double Rank, double Most);

/// <summary>What a search found.</summary>
/// <param name="Rows">Nearest first by estimate.</param>
/// <param name="Beyond">The highest rank that rows left out may have; minus infinity where the search saw all that it can reach.</param>
internal readonly record struct FoundRows(FoundRow[] Rows, double Beyond)
{
    /// <summary>No row left out can be as near as the rows are, whatever the data: bounds ruled out all others.</summary>
    public bool IsCertain { get; init; }

    /// <summary>Vectors that do not count, nearer than the last one wanted; only where some were left out for want of effort.</summary>
    public int Passed { get; init; }

    /// <summary>Vectors that the effort was spent on, those that do not count included.</summary>
    public int Walked { get; init; } = int.MaxValue;

    public static readonly FoundRows None = new([], double.NegativeInfinity);
}
