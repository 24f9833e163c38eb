using System.Text.Json;
using System.Text.Json.Serialization;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Backups;

/// <summary>What is in a backup: <c>manifest.json</c>, in an envelope that bears its SHA-256, so that no byte of it can change unseen.</summary>
/// <param name="FormatVersion">Of this file and of the directory's layout.</param>
/// <param name="Id">The id it was made under; its directory may have been copied under another.</param>
/// <param name="CreatedAt">When it was begun.</param>
/// <param name="Index">The index at that time.</param>
/// <param name="Attributes">The host's document.</param>
/// <param name="Namespaces">Every namespace of the index.</param>
/// <param name="Files">Every file but this one.</param>
internal sealed record BackupManifest(
    int FormatVersion,
    string Id,
    DateTimeOffset CreatedAt,
    IndexDescriptor Index,
    string Attributes,
    IReadOnlyList<BackupNamespace> Namespaces,
    IReadOnlyList<BackupFile> Files)
{
    public const int CurrentFormat = 2; // 1 had no derived files but the calibration of the codes

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="id">For the message.</param>
    /// <param name="bytes">The whole file.</param>
    /// <exception cref="StorageException">
    /// <see cref="StorageErrorCode.DataCorruption"/>; <see cref="StorageErrorCode.NewerFormat"/>.
    /// </exception>
    public static BackupManifest Read(string id, ReadOnlySpan<byte> bytes)
    {
        if (!SealedJson.TryOpen(bytes, out var json))
            throw BackupLayout.Damaged(id, BackupLayout.Manifest, "does not match its checksum");
        try
        {
            var format = JsonSerializer.Deserialize(json, BackupJsonContext.Default.BackupFormat)!.FormatVersion;
            if (format > CurrentFormat)
                throw NewerFormat.Of($"Backup {id}", format, CurrentFormat);
            if (format < 1)
                throw BackupLayout.Damaged(id, BackupLayout.Manifest, "has no format");
            var manifest = JsonSerializer.Deserialize(json, BackupJsonContext.Default.BackupManifest)!;
            manifest.Check(id);
            return manifest;
        }
        catch (JsonException e)
        {
            throw BackupLayout.Damaged(id, BackupLayout.Manifest, "does not tell what a backup's must", e);
        }
    }

    public byte[] Write() => SealedJson.Seal(JsonSerializer.SerializeToUtf8Bytes(this, BackupJsonContext.Default.BackupManifest));

    /// <summary>
    /// A manifest with a right checksum may still have been made by anyone: only the files that a backup has are read, so no path leads
    /// out of it.
    /// </summary>
    private void Check(string id)
    {
        if (!Enum.IsDefined(Index.VectorType) || !Enum.IsDefined(Index.Metric) || !Enum.IsDefined(Index.Compression))
            throw BackupLayout.Damaged(id, BackupLayout.Manifest, "describes an index of no kind known here");

        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Files)
        {
            if (!named.Add(file.Path))
                throw BackupLayout.Damaged(id, BackupLayout.Manifest, $"names the file '{file.Path}' twice");
        }

        named.Remove(BackupLayout.Calibration);
        named.Remove(BackupLayout.Aliases);
        foreach (var (path, optional) in Namespaces.SelectMany(ns => BackupLayout.Files(ns.Name)))
        {
            if (!named.Remove(path) && !optional)
                throw BackupLayout.Damaged(id, BackupLayout.Manifest, $"lacks the file '{path}'");
        }

        if (named.FirstOrDefault() is { } foreign)
            throw BackupLayout.Damaged(id, BackupLayout.Manifest, $"names the file '{foreign}', which is no part of a backup");
    }
}

/// <summary>A namespace in a backup.</summary>
/// <param name="Name">The client's name.</param>
/// <param name="Lsn">The newest operation in it.</param>
/// <param name="RecordCount">Records in it.</param>
internal sealed record BackupNamespace(string Name, long Lsn, long RecordCount);

/// <summary>A file in a backup.</summary>
/// <param name="Path">Relative to the backup, with <c>/</c>.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">
/// Of the content, lower-case hex. Not a CRC: a backup travels by tools and media we do not know, at sizes where 32 bits would let an
/// error pass now and then, and any machine can check it without us.
/// </param>
internal sealed record BackupFile(string Path, long Length, string Sha256);

/// <summary>The part of a manifest that every version has.</summary>
internal sealed record BackupFormat(int FormatVersion);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true)]
[JsonSerializable(typeof(BackupManifest))]
[JsonSerializable(typeof(BackupFormat))]
internal sealed partial class BackupJsonContext : JsonSerializerContext;
