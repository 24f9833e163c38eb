using VectorServer.Storage.Codecs;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Query;

/// <summary>The nearest rows as a plan found them, and how far they are known to be the nearest.</summary>
/// <param name="Nearest">At most topK, with exact ranks, best first; ties by id.</param>
internal sealed record SearchOutcome(Candidate[] Nearest)
{
    /// <summary>No row left out is nearer, as far as <see cref="Bound"/> holds.</summary>
    public bool IsCertified { get; init; }

    /// <summary>What estimates of rows left out were trusted by; null where every row was scored exactly.</summary>
    public ErrorBound? Bound { get; init; }

    /// <summary>Rows that the plan put on its shortlist.</summary>
    public int Found { get; init; }

    /// <summary>Rows that were scored exactly.</summary>
    public int Scored { get; init; }

    /// <summary>Time of that to score rows whose bounds alone kept them in.</summary>
    public double SettleMs { get; init; }

    /// <summary>Estimates of rows that were scored, as far as they were kept.</summary>
    public IReadOnlyDictionary<int, double>? Estimates { get; init; }

    /// <summary>The certificate in words; null where there is none.</summary>
    public string? BoundName => !IsCertified ? null : Bound is { } bound ? bound.Name : "exact";

    /// <summary>The rows with their scores.</summary>
    public Match[] Matches(Metric metric) =>
        Array.ConvertAll(Nearest, candidate => new Match(candidate.Row, metric.ToRank(candidate.Rank))); // its own inverse
}
