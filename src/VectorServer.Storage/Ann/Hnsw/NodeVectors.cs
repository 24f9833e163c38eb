namespace VectorServer.Storage.Ann.Hnsw;

/// <summary>
/// The points of a graph's nodes in the form in which it is walked: bytes, or floats where bytes are too coarse for the data. Points are
/// written once; readers read those they learnt of after that.
/// </summary>
internal abstract class NodeVectors(PointSpace space) : IDisposable
{
    public PointSpace Space => space;

    /// <summary>Bytes of memory.</summary>
    public abstract long Bytes { get; }

    /// <summary>Makes room for the first nodes. One caller at a time.</summary>
    public abstract void EnsureCapacity(int nodes);

    /// <summary>Writes a node there is room for. Different nodes may be written at once.</summary>
    public abstract void Write(int node, ReadOnlySpan<float> point);

    public abstract void Dispose();
}
