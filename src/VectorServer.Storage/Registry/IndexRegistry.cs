using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using VectorServer.Storage.Ann;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.IO;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Registry;

/// <summary>Which indexes exist. Every change is durable when the method returns. Thread-safe.</summary>
internal sealed class IndexRegistry(RegistryFile file)
{
    /// <summary>Every index.</summary>
    /// <param name="damaged">Told the name of each entry that does not match its checksum, which is left out.</param>
    public IReadOnlyList<IndexDescriptor> Read(Action<string> damaged)
    {
        var entries = file.Select(
            "SELECT name, id, vector_type, dimension, metric, compression, created_at, attributes, search, checksum FROM indexes ORDER BY name",
            row => (Name: row.GetString(0), Descriptor: TryRead(row)));
        foreach (var (name, _) in entries.Where(entry => entry.Descriptor is null))
            damaged(name);
        return [.. entries.Select(entry => entry.Descriptor).OfType<IndexDescriptor>()];
    }

    /// <summary>Adds the index, or replaces its description.</summary>
    public void Write(IndexDescriptor descriptor)
    {
        var search = JsonSerializer.Serialize(descriptor.Search, RegistryJsonContext.Default.SearchOptions);
        file.Change(
            """
            INSERT OR REPLACE INTO indexes (name, id, vector_type, dimension, metric, compression, created_at, attributes, search, checksum)
            VALUES ($name, $id, $vector_type, $dimension, $metric, $compression, $created_at, $attributes, $search, $checksum)
            """,
            ("$name", descriptor.Name),
            ("$id", descriptor.Id.ToString()),
            ("$vector_type", (int)descriptor.VectorType),
            ("$dimension", descriptor.Dimension),
            ("$metric", (int)descriptor.Metric),
            ("$compression", (int)descriptor.Compression),
            ("$created_at", descriptor.CreatedAt.ToString("O", CultureInfo.InvariantCulture)),
            ("$attributes", descriptor.Attributes),
            ("$search", search),
            ("$checksum", ChecksumOf(descriptor, search)));
    }

    public void Remove(string name) => file.Change("DELETE FROM indexes WHERE name = $name", ("$name", name));

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
