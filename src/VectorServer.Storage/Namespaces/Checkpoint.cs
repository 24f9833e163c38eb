using System.Text.Json;
using System.Text.Json.Serialization;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// What is folded into the data files: written whole and last, so it is the commit point of a checkpoint, of a compaction (which names a
/// new generation) and of a namespace's creation.
/// </summary>
/// <param name="FormatVersion">Of this file and of the directory's layout.</param>
/// <param name="Generation">The generation directory in force; any other is garbage.</param>
/// <param name="RowCount">Rows of <c>vectors.npy</c> and of the metadata that count.</param>
/// <param name="FirstRow">Rows below it were removed all at once.</param>
/// <param name="LiveCount">Records, to be checked against the rows at open.</param>
/// <param name="Lsn">The newest operation folded in; the log goes on from the next.</param>
internal sealed record Checkpoint(int FormatVersion, int Generation, int RowCount, int FirstRow, int LiveCount, long Lsn)
{
    public const int CurrentFormat = 1;

    public static Checkpoint Read(string path)
    {
        try
        {
            var checkpoint = JsonSerializer.Deserialize(File.ReadAllBytes(path), NamespaceJsonContext.Default.Checkpoint);
            if (checkpoint is { FormatVersion: CurrentFormat, RowCount: >= 0, FirstRow: >= 0 } && checkpoint.FirstRow <= checkpoint.RowCount)
                return checkpoint;
        }
        catch (JsonException e)
        {
            throw new StorageException(StorageErrorCode.DataCorruption, "The namespace's checkpoint is damaged", e);
        }

        throw new StorageException(StorageErrorCode.DataCorruption, "The namespace's checkpoint is damaged or of a newer format");
    }

    public void Write(Disk disk, string path) => AtomicFile.Write(disk, path, JsonSerializer.SerializeToUtf8Bytes(this, NamespaceJsonContext.Default.Checkpoint));
}

/// <summary>What a namespace is, written once at its creation.</summary>
/// <param name="Name">The client's name, which its directory's name encodes.</param>
/// <param name="FilterableFields">Metadata fields declared at creation; null when all are indexed.</param>
/// <param name="CreatedAt">When it was made.</param>
internal sealed record NamespaceDescription(string Name, IReadOnlyList<string>? FilterableFields, DateTimeOffset CreatedAt)
{
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>.</exception>
    public static NamespaceDescription Read(string path)
    {
        try
        {
            if (JsonSerializer.Deserialize(File.ReadAllBytes(path), NamespaceJsonContext.Default.NamespaceDescription) is { Name: not null } description)
                return description;
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException)
        {
            throw new StorageException(StorageErrorCode.DataCorruption, "A namespace's description is damaged", e);
        }

        throw new StorageException(StorageErrorCode.DataCorruption, "A namespace's description is damaged");
    }

    public void Write(Disk disk, string path) => AtomicFile.Write(disk, path, JsonSerializer.SerializeToUtf8Bytes(this, NamespaceJsonContext.Default.NamespaceDescription));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Checkpoint))]
[JsonSerializable(typeof(NamespaceDescription))]
internal sealed partial class NamespaceJsonContext : JsonSerializerContext;
