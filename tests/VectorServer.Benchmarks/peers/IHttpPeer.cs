namespace VectorServer.Benchmarks.Peers;

/// <summary>A server that is measured over HTTP, by the same client with bodies made beforehand.</summary>
internal interface IHttpPeer : IAsyncDisposable
{
    string Engine { get; }

    IReadOnlyList<PeerSetting> Settings { get; }

    /// <summary>Makes an empty place for vectors.</summary>
    Task CreateAsync(PeerSetting setting, string name);

    byte[] UpsertBody(PeerData data, int first, int count);

    Task UpsertAsync(string name, byte[] body);

    /// <summary>Returns when what was upserted is indexed, as far as that is done behind the acknowledgement.</summary>
    Task WaitUntilIndexedAsync(PeerSetting setting, string name, int rows);

    /// <summary>Makes ready to be asked with an effort.</summary>
    /// <returns>The bodies to ask with.</returns>
    Task<byte[][]> PrepareAsync(PeerData data, string name, PeerSetting setting, int effort);

    Task<byte[]> QueryAsync(string name, byte[] body);

    /// <summary>The rows in an answer.</summary>
    int[] RowsOf(byte[] answer);
}
