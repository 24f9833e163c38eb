namespace VectorServer.Storage.Registry;

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

    /// <summary>Rows of those that were scored in double precision.</summary>
    public int Rescored { get; init; }

    /// <summary>The codes that the plan read; <c>float32</c> where it read raw vectors.</summary>
    public required string Compression { get; init; }

    /// <summary>The approximate index that the plan asked; <c>flat</c> where it scanned.</summary>
    public required string IndexKind { get; init; }

    /// <summary>Time to resolve an id and to narrow by the filter.</summary>
    public double FilterMs { get; init; }

    /// <summary>Time to find the candidates.</summary>
    public double CandidatesMs { get; init; }

    public double RescoreMs { get; init; }

    public double HydrateMs { get; init; }

    /// <summary>What the codes or the index estimated the score of each match to be, in their order; null where the plan estimates nothing.</summary>
    public IReadOnlyList<double?> Estimates { get; init; } = [];

    /// <summary>There was nothing to search.</summary>
    internal static QueryExplanation Nothing { get; } = new() { Plan = "exact", Why = "there is nothing to search", Compression = "float32", IndexKind = "flat" };
}
