using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using VectorServer.Storage.Ann;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.IO;
using VectorServer.Storage.Metadata;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Registry;

/// <summary>Which indexes exist: <c>registry.db</c>. Every change is durable when the method returns.</summary>
internal sealed class IndexRegistry : IDisposable
{
    private const string Schema =
        """
        CREATE TABLE IF NOT EXISTS indexes (
            name TEXT PRIMARY KEY,
            id TEXT NOT NULL,
            vector_type INTEGER NOT NULL,
            dimension INTEGER NOT NULL,
            metric INTEGER NOT NULL,
            compression INTEGER NOT NULL,
            created_at TEXT NOT NULL,
            attributes TEXT NOT NULL,
            search TEXT NOT NULL DEFAULT '{}'
        ) STRICT, WITHOUT ROWID;
        """;

    private readonly Disk _disk;
    private readonly string _path;
    private readonly SqliteConnection _connection;

    private IndexRegistry(Disk disk, string path, SqliteConnection connection) => (_disk, _path, _connection) = (disk, path, connection);

    public static IndexRegistry Open(Disk disk, string path)
    {
        disk.SqliteWrites(path);
        var connection = Sqlite.Open(path);
        Sqlite.Execute(connection, Sqlite.DurableCommits + Schema);

        // Before there was a choice of search, the table had no column for it.
        if (Sqlite.ReadInt64(connection, "SELECT COUNT(*) FROM pragma_table_info('indexes') WHERE name = 'search'") == 0)
            Sqlite.Execute(connection, "ALTER TABLE indexes ADD COLUMN search TEXT NOT NULL DEFAULT '{}'");
        disk.SqliteSynced(path);
        return new IndexRegistry(disk, path, connection);
    }

    public IReadOnlyList<IndexDescriptor> Read()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT name, id, vector_type, dimension, metric, compression, created_at, attributes, search FROM indexes ORDER BY name";
        using var reader = command.ExecuteReader();
        var descriptors = new List<IndexDescriptor>();
        while (reader.Read())
        {
            descriptors.Add(new IndexDescriptor
            {
                Name = reader.GetString(0),
                Id = Guid.Parse(reader.GetString(1)),
                VectorType = (VectorType)reader.GetInt32(2),
                Dimension = reader.GetInt32(3),
                Metric = (Metric)reader.GetInt32(4),
                Compression = (Compression)reader.GetInt32(5),
                CreatedAt = DateTimeOffset.Parse(reader.GetString(6), CultureInfo.InvariantCulture),
                Attributes = reader.GetString(7),
                Search = JsonSerializer.Deserialize(reader.GetString(8), RegistryJsonContext.Default.SearchOptions) ?? SearchOptions.Default,
            });
        }

        return descriptors;
    }

    /// <summary>Adds the index, or replaces its description.</summary>
    public void Write(IndexDescriptor descriptor)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "INSERT OR REPLACE INTO indexes VALUES ($name, $id, $vector_type, $dimension, $metric, $compression, $created_at, $attributes, $search)";
        command.Parameters.AddWithValue("$name", descriptor.Name);
        command.Parameters.AddWithValue("$id", descriptor.Id.ToString());
        command.Parameters.AddWithValue("$vector_type", (int)descriptor.VectorType);
        command.Parameters.AddWithValue("$dimension", descriptor.Dimension);
        command.Parameters.AddWithValue("$metric", (int)descriptor.Metric);
        command.Parameters.AddWithValue("$compression", (int)descriptor.Compression);
        command.Parameters.AddWithValue("$created_at", descriptor.CreatedAt.ToString("O", CultureInfo.InvariantCulture));
        command.Parameters.AddWithValue("$attributes", descriptor.Attributes);
        command.Parameters.AddWithValue("$search", JsonSerializer.Serialize(descriptor.Search, RegistryJsonContext.Default.SearchOptions));
        Change(command);
    }

    public void Remove(string name)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "DELETE FROM indexes WHERE name = $name";
        command.Parameters.AddWithValue("$name", name);
        Change(command);
    }

    private void Change(SqliteCommand command)
    {
        _disk.SqliteWrites(_path);
        command.ExecuteNonQuery();
        _disk.SqliteSynced(_path);
    }

    public void Dispose() => _connection.Dispose();
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SearchOptions))]
internal sealed partial class RegistryJsonContext : JsonSerializerContext;
