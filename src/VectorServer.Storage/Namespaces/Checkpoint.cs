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
/// <param name="Deaths">The sum of all tombstones, see <see cref="Tombstones.Sum"/>; null in a checkpoint older than checksums.</param>
/// <param name="SparseRows">Rows with a sparse vector; null in a checkpoint older than checksums.</param>
/// <param name="HasLog">Whether the log has a segment: one without any is lost. False in a backup, and where it was written before this was.</param>
/// <param name="Done">See <see cref="NamespaceSnapshot.Done"/>; null where there is none.</param>
internal sealed record Checkpoint(
    int FormatVersion,
    int Generation,
    int RowCount,
    int FirstRow,
    int LiveCount,
    long Lsn,
    ulong? Deaths = null,
    int? SparseRows = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool HasLog = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<IdempotencyKey>? Done = null)
{
    public const int CurrentFormat = 1;

    /// <summary>Whether it was written when there were no checksums of vectors, tombstones and sparse rows yet.</summary>
    [JsonIgnore]
    public bool IsBeforeChecksums => Deaths is null;

    /// <summary>What a snapshot of the newest state, durable in its generation's files, is remembered by.</summary>
    public static Checkpoint Of(NamespaceSnapshot snapshot) => new(
        CurrentFormat,
        snapshot.Generation.Number,
        snapshot.RowCount,
        snapshot.FirstRow,
        snapshot.LiveCount,
        snapshot.Lsn.Value,
        snapshot.Generation.Tombstones.Sum,
        snapshot.Generation.Sparse.RowCount,
        HasLog: true,
        snapshot.Done is [] ? null : snapshot.Done);

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>, <see cref="StorageErrorCode.NewerFormat"/>.</exception>
    public static Checkpoint Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var json = ChecksummedJson.TryOpen(bytes, out var isSealed);
        var isTrusted = isSealed && json is not null;
        if (NewerFormat.NumberIn(json ?? bytes) is > CurrentFormat and var format && (isTrusted || OtherHas(path, format)))
            throw NewerFormat.Of("The namespace", format, CurrentFormat);
        try
        {
            var checkpoint = json is null ? null : JsonSerializer.Deserialize(json, NamespaceJsonContext.Default.Checkpoint);
            if (checkpoint is { FormatVersion: CurrentFormat, RowCount: >= 0, FirstRow: >= 0 }
                && checkpoint.FirstRow <= checkpoint.RowCount && checkpoint.IsBeforeChecksums == !isSealed)
                return checkpoint;
        }
        catch (JsonException e)
        {
            throw new StorageException(StorageErrorCode.DataCorruption, "The namespace's checkpoint is damaged", e);
        }

        throw new StorageException(StorageErrorCode.DataCorruption, "The namespace's checkpoint is damaged");
    }

    /// <summary>Whether of a checkpoint and its copy the other one has this format too.</summary>
    private static bool OtherHas(string path, int format)
    {
        var directory = Path.GetDirectoryName(path)!;
        var (checkpoint, copy) = (NamespaceLayout.Checkpoint(directory), NamespaceLayout.CheckpointCopy(directory));
        var other = path == checkpoint ? copy : checkpoint;
        return File.Exists(other) && NewerFormat.NumberIn(File.ReadAllBytes(other)) == format;
    }

    /// <summary>Commits, then keeps a second copy for repair, both durable when the method returns.</summary>
    public void Write(Disk disk, string path)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, NamespaceJsonContext.Default.Checkpoint);
        var bytes = IsBeforeChecksums ? json : ChecksummedJson.Seal(json); // written anew as it was read
        AtomicFile.Write(disk, path, bytes);
        AtomicFile.Write(disk, NamespaceLayout.CheckpointCopy(Path.GetDirectoryName(path)!), bytes);
    }
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
            if (ChecksummedJson.TryOpen(File.ReadAllBytes(path), out _) is { } json
                && JsonSerializer.Deserialize(json, NamespaceJsonContext.Default.NamespaceDescription) is { Name: not null } description
                && NamespaceLayout.IsDirectoryOf(Path.GetDirectoryName(path)!, description.Name))
                return description;
        }
        catch (Exception e) when (e is JsonException || e.IsOfTheFile())
        {
            throw new StorageException(StorageErrorCode.DataCorruption, $"A namespace's description {(e is JsonException ? "is damaged" : "is missing or cannot be read")}", e);
        }

        throw new StorageException(StorageErrorCode.DataCorruption, "A namespace's description is damaged");
    }

    /// <summary>Writes it into another directory of the same namespace.</summary>
    public void WriteFor(Disk disk, string namespaceDirectory) => Write(disk, NamespaceLayout.Description(namespaceDirectory));

    public void Write(Disk disk, string path) =>
        AtomicFile.Write(disk, path, ChecksummedJson.Seal(JsonSerializer.SerializeToUtf8Bytes(this, NamespaceJsonContext.Default.NamespaceDescription)));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    NewLine = "\n",
    WriteIndented = true)]
[JsonSerializable(typeof(Checkpoint))]
[JsonSerializable(typeof(NamespaceDescription))]
internal sealed partial class NamespaceJsonContext : JsonSerializerContext;
