namespace VectorServer.Storage;

/// <summary>How many records a filtered update matched, over and above the per-call change limit too.</summary>
public sealed record FilteredUpdateResult(int MatchedRecords, Lsn Lsn);
