using VectorServer.Storage.IO;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Backups;

/// <summary>Reads a backup, and trusts no byte of it before its checksum is known. One thread.</summary>
internal sealed class BackupReader
{
    private readonly string _directory;
    private readonly string _id;

    private BackupReader(string directory, string id)
    {
        (_directory, _id) = (directory, id);
        Check(BackupLayout.Manifest, length: null);
        var bytes = File.ReadAllBytes(Path.Combine(directory, BackupLayout.Manifest));
        Manifest = BackupManifest.Read(id, bytes);
        Info = new BackupInfo(
            id,
            Manifest.Index,
            Manifest.CreatedAt,
            Manifest.Namespaces.Count,
            Manifest.Namespaces.Sum(ns => ns.RecordCount),
            Manifest.Files.Sum(file => file.Length) + bytes.Length,
            Manifest.Attributes);
    }

    public BackupManifest Manifest { get; }

    public BackupInfo Info { get; }

    /// <summary>Reads the manifest of a backup. Its directory's name is its id, whatever it was when it was made.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>, or as <see cref="BackupManifest.Read"/>.</exception>
    public static BackupReader Open(string dataDirectory, string id) => new(BackupLayout.Existing(dataDirectory, id), id);

    /// <summary>Compares every file with its checksum.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/> names the first that differs.</exception>
    public void Verify(CancellationToken cancellation)
    {
        foreach (var file in Manifest.Files)
            Read(file, target: null, progress: null, cancellation);
    }

    /// <summary>Makes an index's directory of the backup, durable when the method returns.</summary>
    /// <param name="disk">Where it is made.</param>
    /// <param name="indexDirectory">Does not exist; holds a part if the method throws.</param>
    /// <param name="metric">What is made for another one is left out, to be made anew.</param>
    /// <param name="log">Told of damaged files that are made anew of the others.</param>
    /// <param name="progress">Told the share of bytes copied.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/> names the first file that differs from its checksum.</exception>
    public void CopyTo(
        Disk disk, string indexDirectory, Metric metric, Action<string>? log, IProgress<double>? progress, CancellationToken cancellation)
    {
        var derived = Manifest.Namespaces.SelectMany(ns => BackupLayout.DerivedFiles(ns.Name)).ToHashSet(StringComparer.Ordinal);
        BackupFile[] files = [.. Manifest.Files.Where(file => metric == Manifest.Index.Metric || BackupLayout.IsOfAnyMetric(file.Path))];
        var total = files.Sum(file => file.Length);
        var done = 0L;
        disk.CreateDirectory(indexDirectory);
        foreach (var file in files)
        {
            var path = BackupLayout.InIndex(indexDirectory, file.Path);
            disk.CreateDirectory(Path.GetDirectoryName(path)!);
            try
            {
                Copy(file, path);
            }
            catch (StorageException e) when (derived.Contains(file.Path) && e.Code == StorageErrorCode.DataCorruption)
            {
                disk.DeleteFile(path);
                log?.Invoke($"{e.Message}: it is made anew of the rows");
            }
        }

        foreach (var ns in Manifest.Namespaces)
        {
            var directory = NamespaceLayout.Namespace(indexDirectory, ns.Name);
            disk.CreateDirectory(NamespaceLayout.Wal(directory));
            disk.SyncDirectory(NamespaceLayout.Generation(directory, NamespaceExport.GenerationNumber));
            disk.SyncDirectory(directory);
        }

        disk.SyncDirectory(indexDirectory);

        void Copy(BackupFile file, string path)
        {
            using var target = disk.Open(path, FileMode.CreateNew);
            Read(file, target, bytes => progress?.Report((double)(done += bytes) / total), cancellation);
            target.Sync();
        }
    }

    private void Read(BackupFile file, DiskFile? target, Action<int>? progress, CancellationToken cancellation)
    {
        Check(file.Path, file.Length);
        using var source = File.OpenHandle(Path.Combine(_directory, file.Path), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        if (CheckedCopy.Run(source, target, progress, cancellation) != (file.Length, file.Sha256))
            throw BackupLayout.Damaged(_id, file.Path, "does not match its checksum");
    }

    /// <summary>
    /// A file, by its own name and not by a link that leads elsewhere, of the length it should have. A pipe, which would hold up whoever
    /// opens it, has none. The backup's own directory may be a link: where backups are kept is the operator's choice.
    /// </summary>
    private void Check(string path, long? length)
    {
        var step = _directory;
        foreach (var segment in path.Split('/'))
        {
            step = Path.Combine(step, segment);
            if (new FileInfo(step).LinkTarget is not null)
                throw BackupLayout.Damaged(_id, path, "is reached through a symbolic link");
        }

        var found = new FileInfo(step);
        if (!found.Exists)
            throw Directory.Exists(_directory) ? BackupLayout.Damaged(_id, path, "is missing") : BackupLayout.NotFound(_id); // deleted meanwhile
        if (found.Length != (length ?? found.Length) || found.Length == 0)
            throw BackupLayout.Damaged(_id, path, $"has {found.Length} bytes{(length is null ? "" : $" in place of {length}")}");
    }
}
