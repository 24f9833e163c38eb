namespace VectorServer.Storage;

/// <summary>How a query was answered, made only where <see cref="VectorQuery.Explain"/> asks for it.</summary>
public sealed record QueryExplanation
{
    /// <summary><c>exact</c>, <c>codes</c>, <c>index</c> or <c>sparse</c>.</summary>
    public required string Plan { get; init; }

    /// <summary>The reason for the plan.</summary>
    public required string Why { get; init; }

    /// <summary>Records of the namespace.</summary>
    public int Rows { get; init; }

    /// <summary>Records that satisfy the filter; all without one.</summary>
    public int FilteredRows { get; init; }

    /// <summary>Rows that the plan put on its shortlist.</summary>
    public int Candidates { get; init; }

    /// <summary>Rows that were scored in double precision, but for those that an exact plan ruled out by float32.</summary>
    public int Rescored { get; init; }

    /// <summary>No record left out is nearer than the last match, as far as <see cref="Bound"/> holds.</summary>
    public bool IsCertified { get; init; }

    /// <summary>
    /// What is known of the records left out: <c>exact</c>, all were scored; <c>deterministic</c>, none can be nearer; <c>kappa=N</c>, their estimates
    /// would have to be off by N standard deviations. Null without a certificate.
    /// </summary>
    public string? Bound { get; init; }

    /// <summary>The share of records for which an estimate is off by more than <see cref="Bound"/> allows, if errors are normally distributed.</summary>
    public double MissShare { get; init; }

    /// <summary>The codes that the plan read; <c>float32</c> where it read raw vectors.</summary>
    public required string Compression { get; init; }

    /// <summary>The approximate index that the plan asked; <c>flat</c> where it scanned.</summary>
    public required string IndexKind { get; init; }

    /// <summary>Time to resolve an id and to narrow by the filter.</summary>
    public double FilterMs { get; init; }

    /// <summary>Time to find the candidates and to score the promising ones.</summary>
    public double CandidatesMs { get; init; }

    /// <summary>Time to score the others, until none can be among the nearest.</summary>
    public double RescoreMs { get; init; }

    public double HydrateMs { get; init; }

    /// <summary>What the codes or the index estimated the score of each match to be, in their order; null where the plan estimates nothing.</summary>
    public IReadOnlyList<double?> Estimates { get; init; } = [];

    /// <summary>There was nothing to search.</summary>
    internal static QueryExplanation Nothing { get; } = new()
    {
        Plan = "exact",
        Why = "there is nothing to search",
        Compression = "float32",
        IndexKind = "flat",
        IsCertified = true,
        Bound = "exact",
    };
}
