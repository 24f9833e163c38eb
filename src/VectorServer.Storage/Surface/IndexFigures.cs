namespace VectorServer.Storage;

/// <summary>What an index is at this moment, as far as it is known without opening anything: for monitoring.</summary>
/// <param name="Namespaces">All there are.</param>
/// <param name="OpenNamespaces">Those open now.</param>
/// <param name="Records">Live ones, but of namespaces whose files do not tell without being opened.</param>
/// <param name="DeletedRows">Rows that compaction would give back, of the same.</param>
/// <param name="LogBytes">What a crash now would leave to be replayed.</param>
/// <param name="RecallAt10">Of the queries sampled, 0..1; null before the first.</param>
public sealed record IndexFigures(int Namespaces, int OpenNamespaces, long Records, long DeletedRows, long LogBytes, double? RecallAt10)
{
    /// <summary>Namespaces that are there and not served, since their files are damaged.</summary>
    public int DamagedNamespaces { get; init; }
}
