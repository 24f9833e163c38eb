using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Registry;

/// <summary>Which indexes exist. Every change is durable when the method returns. Thread-safe.</summary>
internal sealed class IndexRegistry(RegistryFile file)
{
    /// <summary>Every index, and whether it was being made or removed.</summary>
    /// <param name="damaged">Told the name of each entry that does not match its checksum, which is left out.</param>
    public IReadOnlyList<(IndexDescriptor Index, bool IsUnfinished)> Read(Action<string> damaged)
    {
        var entries = file.Select(
            "SELECT name, id, vector_type, dimension, metric, compression, created_at, attributes, search, checksum, unfinished FROM indexes ORDER BY name",
            row => (Name: row.GetString(0), Index: TryRead(row), IsUnfinished: row.GetBoolean(10)));
        foreach (var (name, _, _) in entries.Where(entry => entry.Index is null))
            damaged(name);
        return [.. entries.Where(entry => entry.Index is not null).Select(entry => (entry.Index!, entry.IsUnfinished))];
    }

    /// <summary>Adds the index, or replaces its description.</summary>
    /// <param name="descriptor">The index.</param>
    /// <param name="isUnfinished">It is being made or removed: that its directory is missing is no damage.</param>
    public void Write(IndexDescriptor descriptor, bool isUnfinished = false)
    {
        var search = JsonSerializer.Serialize(descriptor.Search, RegistryJsonContext.Default.SearchOptions);
        file.Change(
            """
            INSERT OR REPLACE INTO indexes (name, id, vector_type, dimension, metric, compression, created_at, attributes, search, checksum, unfinished)
            VALUES ($name, $id, $vector_type, $dimension, $metric, $compression, $created_at, $attributes, $search, $checksum, $unfinished)
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
            ("$checksum", ChecksumOf(descriptor, search, isUnfinished)),
            ("$unfinished", isUnfinished));
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
            return reader.IsDBNull(9) || reader.GetInt64(9) == ChecksumOf(descriptor, search, reader.GetBoolean(10)) ? descriptor : null;
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or InvalidOperationException or JsonException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>CRC-32C of all columns, one a line; of the mark only where it is set, so that it did not change those of before.</summary>
    private static long ChecksumOf(IndexDescriptor descriptor, string search, bool isUnfinished) => Crc32C.Compute(Encoding.UTF8.GetBytes(string.Join(
        '\n',
        descriptor.Name,
        descriptor.Id.ToString(),
        ((int)descriptor.VectorType).ToString(CultureInfo.InvariantCulture),
        descriptor.Dimension.ToString(CultureInfo.InvariantCulture),
        ((int)descriptor.Metric).ToString(CultureInfo.InvariantCulture),
        ((int)descriptor.Compression).ToString(CultureInfo.InvariantCulture),
        descriptor.CreatedAt.ToString("O", CultureInfo.InvariantCulture),
        descriptor.Attributes,
        isUnfinished ? search + "\nunfinished" : search)));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SearchOptions))]
internal sealed partial class RegistryJsonContext : JsonSerializerContext;
