namespace VectorServer.Storage;

/// <summary>How an index is searched, and with which parameters. All may be changed later; what is derived is then made anew.</summary>
public sealed record SearchOptions
{
    public static readonly SearchOptions Default = new();

    internal const double RecallMin = 0.9;
    internal const double RecallMax = 0.999;

    public IndexKind Kind { get; init; }

    /// <summary>Links of a graph's node in the upper layers, 4..64; layer 0 has twice as many.</summary>
    public int HnswM { get; init; } = 16;

    /// <summary>Nodes kept on the walk that links a row, M..2000.</summary>
    public int HnswEfConstruction { get; init; } = 200;

    /// <summary>
    /// Recall@10 that a graph is held to, 0.9..0.999: after each build the effort of a query is set to what reached it on queries drawn from
    /// the namespace. An effort set by hand (<see cref="HnswEf"/>) goes before.
    /// </summary>
    public double Recall { get; init; } = 0.99;

    /// <summary>Nodes kept on a query's walk, 1..10000; null takes what reaches <see cref="Recall"/>.</summary>
    public int? HnswEf { get; init; }

    /// <summary>Inverted lists, 1..65536; null takes 4 times the root of the rows. Where there are fewer different vectors, there are fewer lists.</summary>
    public int? IvfLists { get; init; }

    /// <summary>Inverted lists that a query reads, 1..65536; null reads lists until no other can hold a nearer row.</summary>
    public int? IvfProbes { get; init; }

    /// <exception cref="StorageException">A parameter is out of its range.</exception>
    internal void Check()
    {
        CheckRange("hnsw_m", HnswM, 4, 64);
        CheckRange("hnsw_ef_construction", HnswEfConstruction, HnswM, 2000);
        CheckRange("hnsw_ef", HnswEf ?? 1, 1, 10_000);
        CheckRange("ivf_nlist", IvfLists ?? 1, 1, 65_536);
        if (!(Recall is >= RecallMin and <= RecallMax))
            throw StorageException.Invalid(FormattableString.Invariant($"recall must be between {RecallMin} and {RecallMax}, got {Recall}"));
        CheckRange("ivf_nprobe", IvfProbes ?? 1, 1, 65_536);
    }

    private static void CheckRange(string name, int value, int min, int max)
    {
        if (value < min || value > max)
            throw StorageException.Invalid($"{name} must be between {min} and {max}, got {value}");
    }
}
