namespace VectorServer.Storage;

/// <summary>
/// A write took effect: durable, and visible to every read whose LSN is not below this one, which the next read's is unless visibility is
/// delayed.
/// </summary>
public sealed record WriteResult(Lsn Lsn);
