using VectorServer.Storage.Registry;

namespace VectorServer.Storage;

/// <summary>
/// JSON documents of the host, by kind and key, beside the indexes in <c>registry.db</c>: jobs, schedules, whatever is small and must
/// outlive the process. The engine never reads them. Every change is durable when the method returns. Thread-safe.
/// </summary>
public sealed class DocumentStore : IHostDocuments
{
    private readonly RegistryFile _file;

    internal DocumentStore(RegistryFile file) => _file = file;

    /// <summary>The document; null if there is none.</summary>
    public string? Get(string kind, string key) =>
        _file.Select("SELECT json FROM documents WHERE kind = $kind AND key = $key", row => row.GetString(0), ("$kind", kind), ("$key", key)).FirstOrDefault();

    /// <summary>All documents of a kind, in the byte order of their keys.</summary>
    public IReadOnlyList<(string Key, string Json)> All(string kind) =>
        _file.Select("SELECT key, json FROM documents WHERE kind = $kind ORDER BY key", row => (row.GetString(0), row.GetString(1)), ("$kind", kind));

    /// <summary>Adds the document, or replaces it.</summary>
    public void Put(string kind, string key, string json) =>
        _file.Change("INSERT OR REPLACE INTO documents VALUES ($kind, $key, $json)", ("$kind", kind), ("$key", key), ("$json", json));

    /// <summary>Removes the document if it is there.</summary>
    public void Remove(string kind, string key) =>
        _file.Change("DELETE FROM documents WHERE kind = $kind AND key = $key", ("$kind", kind), ("$key", key));

    ValueTask<string?> IHostDocuments.GetAsync(string kind, string key) => new(Get(kind, key));

    ValueTask<IReadOnlyList<(string Key, string Json)>> IHostDocuments.AllAsync(string kind) => new(All(kind));

    ValueTask IHostDocuments.PutAsync(string kind, string key, string json)
    {
        Put(kind, key, json);
        return default;
    }

    ValueTask IHostDocuments.RemoveAsync(string kind, string key)
    {
        Remove(kind, key);
        return default;
    }
}
