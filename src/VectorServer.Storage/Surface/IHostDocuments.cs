namespace VectorServer.Storage;

/// <summary>
/// JSON documents of the host, by kind and key: jobs, schedules, whatever is small and must outlive the process. The engine never reads
/// them. Every change is durable when its task ends. Thread-safe.
/// </summary>
public interface IHostDocuments
{
    /// <summary>The document; null if there is none.</summary>
    ValueTask<string?> GetAsync(string kind, string key);

    /// <summary>All documents of a kind, in the byte order of their keys.</summary>
    ValueTask<IReadOnlyList<(string Key, string Json)>> AllAsync(string kind);

    /// <summary>Adds the document, or replaces it.</summary>
    ValueTask PutAsync(string kind, string key, string json);

    /// <summary>Removes the document if it is there.</summary>
    ValueTask RemoveAsync(string kind, string key);
}
