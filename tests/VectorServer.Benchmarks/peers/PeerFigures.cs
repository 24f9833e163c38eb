namespace VectorServer.Benchmarks.Peers;

/// <summary>A way to use an engine: an index with its parameters.</summary>
/// <param name="Name">What the engine's runner calls it.</param>
/// <param name="Settings">For readers.</param>
/// <param name="Effort">The parameter of a query that trades speed for recall; empty if there is none.</param>
/// <param name="Ladder">Its values, rising; one that means nothing if there is none.</param>
internal sealed record PeerSetting(string Name, string Settings, string Effort, int[] Ladder);

/// <summary>What it took to make an index.</summary>
/// <param name="IngestSeconds">Until all rows were taken in batches of a thousand; null where rows go in by building.</param>
/// <param name="Durable">Whether each batch was on the disk when it was taken.</param>
/// <param name="BuildSeconds">What came after.</param>
/// <param name="Threads">How many were allowed to build.</param>
/// <param name="Bytes">Of the index on disk, or of the file it can be saved to.</param>
internal sealed record PeerBuild(double? IngestSeconds, bool Durable, double BuildSeconds, int Threads, long Bytes);

/// <summary>A measured point: an effort, what it finds and how fast.</summary>
/// <param name="Setting">Of which index.</param>
/// <param name="Effort">On its ladder.</param>
/// <param name="Recall">At 10.</param>
internal sealed record PeerPoint(PeerSetting Setting, int Effort, double Recall)
{
    /// <summary>Queries a second of each round, held to one core, with one query at a time.</summary>
    public List<double> OneThread { get; } = [];

    /// <summary>Queries a second of each round, with two at a time.</summary>
    public List<double> TwoThreads { get; } = [];
}
