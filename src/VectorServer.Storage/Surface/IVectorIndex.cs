namespace VectorServer.Storage;

/// <summary>One index: its writes, its reads, and the names in it. Thread-safe.</summary>
public interface IVectorIndex : IIndexWrites, IIndexReads, IIndexNames
{
    /// <summary>What the index is now.</summary>
    IndexDescriptor Descriptor { get; }

    /// <summary>Upkeep by hand; null for an engine that needs none.</summary>
    IIndexCare? Care { get; }

    /// <summary>How it is stored; null for an engine that does not tell.</summary>
    IStorageFigures? Figures { get; }
}
