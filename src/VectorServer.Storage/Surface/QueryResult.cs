namespace VectorServer.Storage;

/// <summary>Matches, best first; ties by id.</summary>
public sealed record QueryResult(IReadOnlyList<ScoredRecord> Matches, Lsn MaxIndexedLsn)
{
    /// <summary>The namespace that was read: an alias's target where an alias was asked.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>How it was answered; null unless asked for.</summary>
    public QueryExplanation? Explanation { get; init; }
}
