using Microsoft.Data.Sqlite;
using VectorServer.Storage.IO;
using VectorServer.Storage.Metadata;

namespace VectorServer.Storage.Registry;

/// <summary>
/// JSON documents of the host, by kind and key, beside the indexes in <c>registry.db</c>: jobs, schedules, whatever is small and must
/// outlive the process. The engine never reads them. Every change is durable when the method returns. Thread-safe.
/// </summary>
public sealed class DocumentStore : IDisposable
{
    private const string Schema =
        "CREATE TABLE IF NOT EXISTS documents (kind TEXT NOT NULL, key TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (kind, key)) STRICT, WITHOUT ROWID;";

    private readonly Disk _disk;
    private readonly string _path;
    private readonly SqliteConnection _connection;
    private readonly Lock _lock = new();

    private DocumentStore(Disk disk, string path, SqliteConnection connection) => (_disk, _path, _connection) = (disk, path, connection);

    /// <summary>The document; null if there is none.</summary>
    public string? Get(string kind, string key) =>
        Select("SELECT key, json FROM documents WHERE kind = $kind AND key = $key", ("$kind", kind), ("$key", key)).Select(found => found.Json).FirstOrDefault();

    /// <summary>All documents of a kind, in the byte order of their keys.</summary>
    public IReadOnlyList<(string Key, string Json)> All(string kind) =>
        Select("SELECT key, json FROM documents WHERE kind = $kind ORDER BY key", ("$kind", kind));

    /// <summary>Adds the document, or replaces it.</summary>
    public void Put(string kind, string key, string json) =>
        Run("INSERT OR REPLACE INTO documents VALUES ($kind, $key, $json)", ("$kind", kind), ("$key", key), ("$json", json));

    /// <summary>Removes the document if it is there.</summary>
    public void Remove(string kind, string key) =>
        Run("DELETE FROM documents WHERE kind = $kind AND key = $key", ("$kind", kind), ("$key", key));

    public void Dispose()
    {
        lock (_lock)
            _connection.Dispose();
    }

    internal static DocumentStore Open(Disk disk, string path)
    {
        disk.SqliteWrites(path);
        var connection = Sqlite.Open(path);
        Sqlite.Execute(connection, Sqlite.DurableCommits + Schema);
        disk.SqliteSynced(path);
        return new DocumentStore(disk, path, connection);
    }

    private List<(string Key, string Json)> Select(string sql, params (string Name, string Value)[] parameters)
    {
        lock (_lock)
        {
            using var command = Command(sql, parameters);
            using var reader = command.ExecuteReader();
            var found = new List<(string Key, string Json)>();
            while (reader.Read())
                found.Add((reader.GetString(0), reader.GetString(1)));
            return found;
        }
    }

    private void Run(string sql, params (string Name, string Value)[] parameters)
    {
        lock (_lock)
        {
            using var command = Command(sql, parameters);
            _disk.SqliteWrites(_path);
            command.ExecuteNonQuery();
            _disk.SqliteSynced(_path);
        }
    }

    private SqliteCommand Command(string sql, (string Name, string Value)[] parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return command;
    }
}
