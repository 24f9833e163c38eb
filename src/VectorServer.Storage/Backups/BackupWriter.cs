using VectorServer.Storage.IO;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Registry;

namespace VectorServer.Storage.Backups;

/// <summary>Writes a backup into a directory that is nobody else's yet. Namespaces come one after another, each at its own LSN.</summary>
/// <param name="disk">Where it is written.</param>
/// <param name="directory">Made by the writer; only half of a backup if that throws.</param>
/// <param name="cancellation">Asked once a batch of rows.</param>
internal sealed class BackupWriter(Disk disk, string directory, CancellationToken cancellation)
{
    private readonly List<BackupFile> _files = [];

    /// <summary>Everything, durable when the method returns; the manifest last.</summary>
    /// <exception cref="StorageException">A namespace is damaged or could not be written, and which.</exception>
    public BackupManifest Write(VectorIndex index, string id, string attributes, DateTimeOffset createdAt)
    {
        var descriptor = index.Descriptor;
        disk.CreateDirectory(directory);
        if (index.Calibrated is { } codec)
        {
            AtomicFile.Write(disk, Path.Combine(directory, BackupLayout.Calibration), codec.Serialize());
            Add(BackupLayout.Calibration);
        }

        var namespaces = WriteNamespaces(index);
        WriteAliases(index, namespaces);
        var manifest = new BackupManifest(BackupManifest.CurrentFormat, id, createdAt, descriptor, attributes, namespaces, _files);
        AtomicFile.Write(disk, Path.Combine(directory, BackupLayout.Manifest), manifest.Write());
        return manifest;
    }

    private List<BackupNamespace> WriteNamespaces(VectorIndex index)
    {
        // One that is left out would be missed only at the restore.
        if (index.Namespaces.Unreadable.FirstOrDefault() is { } unreadable)
        {
            throw new StorageException(
                StorageErrorCode.DataCorruption,
                $"The description of the namespace in '{unreadable}' is damaged: index {index.Descriptor.Name} cannot be backed up whole");
        }

        var namespaces = new List<BackupNamespace>();
        foreach (var name in index.Namespaces.Names())
        {
            try
            {
                using var held = index.Namespaces.Hold(name, cancellation);
                if (held is not null)
                    namespaces.Add(Write(held, name));
            }
            catch (Exception e) when (!index.Namespaces.Ending.IsCancellationRequested && WhatIsWrong(e) is { } code)
            {
                var listed = name.Length == 0 ? NamespaceSet.DefaultListName : name;
                var why = e switch
                {
                    StorageException => e.Message,
                    _ when e.IsOfTheFile() => "a file of it is missing or cannot be read",
                    _ => code == StorageErrorCode.OutOfSpace ? "the disk is full" : "the disk refuses",
                };
                throw new StorageException(code, $"Namespace '{listed}' could not be backed up: {why}", e);
            }
        }

        if (namespaces.Count > 0)
            disk.SyncDirectory(Path.Combine(directory, BackupLayout.Namespaces));
        return namespaces;
    }

    /// <summary>The aliases whose target is in the backup: one made after its target's turn may point to a younger namespace.</summary>
    private void WriteAliases(VectorIndex index, List<BackupNamespace> namespaces)
    {
        var held = namespaces.Select(ns => ns.Name).Append("").ToHashSet(StringComparer.Ordinal);
        var aliases = index.Namespaces.Aliases().Values.Where(alias => held.Contains(alias.TargetNamespace)).ToList();
        if (aliases.Count == 0)
            return;
        AliasFile.Write(disk, Path.Combine(directory, BackupLayout.Aliases), aliases);
        Add(BackupLayout.Aliases);
    }

    /// <summary>Whether it is the namespace's data or the disk; null for what is not the namespace's own.</summary>
    private static StorageErrorCode? WhatIsWrong(Exception e) => e switch
    {
        StorageException { Code: StorageErrorCode.DataCorruption or StorageErrorCode.NewerFormat } known => known.Code,
        _ when e.IsOfTheFile() => StorageErrorCode.DataCorruption,
        _ when e.IsDiskError() => DiskErrors.Refusal(e, "").Code,
        _ => null,
    };

    private BackupNamespace Write(HeldNamespace held, string name)
    {
        var path = Path.Combine(directory, BackupLayout.Namespace(name));
        var records = NamespaceExport.Write(disk, held, path, cancellation);
        foreach (var (file, optional) in BackupLayout.Files(name))
        {
            if (!optional || File.Exists(Path.Combine(directory, file)))
                Add(file);
        }

        disk.SyncDirectory(NamespaceLayout.Generation(path, NamespaceExport.GenerationNumber));
        disk.SyncDirectory(path);
        return new BackupNamespace(name, held.Snapshot.Lsn.Value, records);
    }

    private void Add(string path)
    {
        using var file = disk.Open(Path.Combine(directory, path), FileMode.Open);
        file.Sync();
        var (length, sha256) = CheckedCopy.Run(file.Handle, target: null, progress: null, cancellation);
        _files.Add(new BackupFile(path, length, sha256));
    }
}
