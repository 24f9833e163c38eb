namespace VectorServer.Storage.Ann;

/// <summary>How an index is searched, and with which parameters. All may be changed later; what is derived is then made anew.</summary>
public sealed record SearchOptions
{
    public static readonly SearchOptions Default = new();

    public IndexKind Kind { get; init; }

    /// <summary>Links of a graph's node in the upper layers, 4..64; layer 0 has twice as many.</summary>
    public int HnswM { get; init; } = 16;

    /// <summary>Nodes kept on the walk that links a row, M..2000.</summary>
    public int HnswEfConstruction { get; init; } = 200;

    /// <summary>Nodes kept on a query's walk, 1..10000; null takes the query's candidate count.</summary>
    public int? HnswEf { get; init; }

    /// <summary>Inverted lists, 1..65536; null takes 4 times the root of the rows.</summary>
    public int? IvfLists { get; init; }

    /// <summary>Inverted lists that a query reads, 1..65536; null takes a tenth of them, at least 8.</summary>
    public int? IvfProbes { get; init; }

    /// <exception cref="StorageException">A parameter is out of its range.</exception>
    internal void Check()
    {
        CheckRange("hnsw_m", HnswM, 4, 64);
        CheckRange("hnsw_ef_construction", HnswEfConstruction, HnswM, 2000);
        CheckRange("hnsw_ef", HnswEf ?? 1, 1, 10_000);
        CheckRange("ivf_nlist", IvfLists ?? 1, 1, 65_536);
        CheckRange("ivf_nprobe", IvfProbes ?? 1, 1, 65_536);
    }

    private static void CheckRange(string name, int value, int min, int max)
    {
        if (value < min || value > max)
            throw StorageException.Invalid($"{name} must be between {min} and {max}, got {value}");
    }
}
