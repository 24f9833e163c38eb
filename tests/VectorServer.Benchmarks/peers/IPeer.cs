namespace VectorServer.Benchmarks.Peers;

/// <summary>An engine that is measured in a process: this one, or a peer. One call at a time.</summary>
internal interface IPeer : IAsyncDisposable
{
    /// <summary>Its name and version.</summary>
    string Engine { get; }

    IReadOnlyList<PeerSetting> Settings { get; }

    int ProcessId { get; }

    /// <summary>Takes all rows and builds the index.</summary>
    /// <exception cref="PeerException">It cannot.</exception>
    Task<PeerBuild> BuildAsync(PeerSetting setting);

    /// <returns>The rows that are found for each query.</returns>
    Task<int[][]> AnswerAsync(PeerSetting setting, int effort);

    /// <returns>Queries a second, with as many at once as <paramref name="threads"/>.</returns>
    Task<double> TimeAsync(PeerSetting setting, int effort, int threads, double seconds);
}

/// <summary>A peer did not do what it was asked; the others go on.</summary>
internal sealed class PeerException(string message) : Exception(message);
