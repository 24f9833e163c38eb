namespace VectorServer.Storage;

/// <summary>What an engine knows to be damaged, as of the last read, opening or verification. Thread-safe.</summary>
public interface IDamageReports
{
    /// <summary>What is damaged now, in the order of names.</summary>
    IReadOnlyList<DamageReport> Current { get; }

    /// <summary>Namespaces and indexes found damaged since the engine was opened.</summary>
    long Found { get; }

    /// <summary>Derived files found damaged and rebuilt.</summary>
    long Rebuilt { get; }

    /// <summary>Damaged originals that repair moved aside.</summary>
    long Quarantined { get; }

    /// <summary>Whether an index, as a whole, is damaged and not served.</summary>
    bool IsDamaged(string index);
}
