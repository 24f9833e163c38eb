namespace VectorServer.Storage;

/// <summary>When a write is acknowledged, named by what an acknowledged write can lose.</summary>
public enum Durability
{
    /// <summary>Nothing: synced to the disk before the acknowledgement.</summary>
    Fsync,

    /// <summary>Nothing when the process dies; the last seconds when the machine does.</summary>
    Os,
}
