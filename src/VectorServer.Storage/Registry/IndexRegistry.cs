using System.Globalization;
using System.Text;
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
            search TEXT NOT NULL DEFAULT '{}',
            checksum INTEGER NULL
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
        if (Sqlite.ReadInt64(connection, "SELECT COUNT(*) FROM pragma_table_info('indexes') WHERE name = 'checksum'") == 0)
            Sqlite.Execute(connection, "ALTER TABLE indexes ADD COLUMN checksum INTEGER NULL");
        disk.SqliteSynced(path);
        return new IndexRegistry(disk, path, connection);
    }

    /// <summary>Every index.</summary>
    /// <param name="damaged">Told the name of each entry that does not match its checksum, which is left out.</param>
    public IReadOnlyList<IndexDescriptor> Read(Action<string> damaged)
    {
        using var command = _connection.CreateCommand();
        command.CommandText =
            "SELECT name, id, vector_type, dimension, metric, compression, created_at, attributes, search, checksum FROM indexes ORDER BY name";
        using var reader = command.ExecuteReader();
        var descriptors = new List<IndexDescriptor>();
        while (reader.Read())
        {
            if (TryRead(reader) is { } descriptor)
                descriptors.Add(descriptor);
            else
                damaged(reader.GetString(0));
        }

        return descriptors;
    }

    /// <summary>Adds the index, or replaces its description.</summary>
    public void Write(IndexDescriptor descriptor)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "INSERT OR REPLACE INTO indexes VALUES ($name, $id, $vector_type, $dimension, $metric, $compression, $created_at, $attributes, $search, $checksum)";
        command.Parameters.AddWithValue("$name", descriptor.Name);
        command.Parameters.AddWithValue("$id", descriptor.Id.ToString());
        command.Parameters.AddWithValue("$vector_type", (int)descriptor.VectorType);
        command.Parameters.AddWithValue("$dimension", descriptor.Dimension);
        command.Parameters.AddWithValue("$metric", (int)descriptor.Metric);
        command.Parameters.AddWithValue("$compression", (int)descriptor.Compression);
        command.Parameters.AddWithValue("$created_at", descriptor.CreatedAt.ToString("O", CultureInfo.InvariantCulture));
        command.Parameters.AddWithValue("$attributes", descriptor.Attributes);
        var search = JsonSerializer.Serialize(descriptor.Search, RegistryJsonContext.Default.SearchOptions);
        command.Parameters.AddWithValue("$search", search);
        command.Parameters.AddWithValue("$checksum", ChecksumOf(descriptor, search));
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

    /// <summary>Null for an entry that is damaged; one older than checksums is taken as it is, if it can be read.</summary>
    private static IndexDescriptor? TryRead(SqliteDataReader reader)
    {
        try
        {
            var search = reader.GetString(8);
            var descriptor = new IndexDescriptor
            {
                Name = reader.GetString(0),
                Id = Guid.Parse(reader.GetString(1)),
                VectorType = (VectorType)reader.GetInt32(2),
                Dimension = reader.GetInt32(3),
                Metric = (Metric)reader.GetInt32(4),
                Compression = (Compression)reader.GetInt32(5),
                CreatedAt = DateTimeOffset.Parse(reader.GetString(6), CultureInfo.InvariantCulture),
                Attributes = reader.GetString(7),
                Search = JsonSerializer.Deserialize(search, RegistryJsonContext.Default.SearchOptions) ?? SearchOptions.Default,
            };
            return reader.IsDBNull(9) || reader.GetInt64(9) == ChecksumOf(descriptor, search) ? descriptor : null;
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or InvalidOperationException or JsonException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>CRC-32C of all columns, one a line.</summary>
    private static long ChecksumOf(IndexDescriptor descriptor, string search) => Crc32C.Compute(Encoding.UTF8.GetBytes(string.Join(
        '\n',
        descriptor.Name,
        descriptor.Id.ToString(),
        ((int)descriptor.VectorType).ToString(CultureInfo.InvariantCulture),
        descriptor.Dimension.ToString(CultureInfo.InvariantCulture),
        ((int)descriptor.Metric).ToString(CultureInfo.InvariantCulture),
        ((int)descriptor.Compression).ToString(CultureInfo.InvariantCulture),
        descriptor.CreatedAt.ToString("O", CultureInfo.InvariantCulture),
        descriptor.Attributes,
        search)));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SearchOptions))]
internal sealed partial class RegistryJsonContext : JsonSerializerContext;
