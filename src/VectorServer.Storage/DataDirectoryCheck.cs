using VectorServer.Storage.Backups;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.Integrity;
using VectorServer.Storage.IO;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Registry;

namespace VectorServer.Storage;

/// <summary>Verifies and repairs a data directory that no server has open.</summary>
public static class DataDirectoryCheck
{
    /// <param name="options">Which directory.</param>
    /// <param name="repair">Otherwise only looks.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="StorageException">
    /// <see cref="StorageErrorCode.FailedPrecondition"/>: a server has it open; <see cref="StorageErrorCode.DataCorruption"/>: its registry
    /// cannot be read.
    /// </exception>
    public static async Task<DataDirectoryReport> RunAsync(EngineOptions options, bool repair, CancellationToken cancellation = default)
    {
        var services = new EngineServices(options);
        if (!File.Exists(NamespaceLayout.Registry(services.Options.DataDirectory)) && !File.Exists(NamespaceLayout.RegistryCopy(services.Options.DataDirectory)))
            throw new StorageException(StorageErrorCode.NotFound, "There is no data directory of this server");
        using var directoryLock = DataDirectoryLock.Acquire(services.Options.DataDirectory);
        var namespaces = new List<NamespaceIntegrity>();
        var others = new List<string>();
        if (!repair && RegistryFile.IsToBeMadeAnew(services.Options.DataDirectory))
            return new DataDirectoryReport([], ["registry.db differs from its whole copy: repair, or the next start, makes it anew"]);
        using var registry = RegistryFile.Open(services);
        var damaged = new List<string>();
        var indexes = new IndexRegistry(registry).Read(damaged.Add);
        others.AddRange(damaged.Select(name => $"Index '{name}': its entry in the registry does not match its checksum"));
        others.AddRange(CheckOwners(services.Options.DataDirectory, [.. damaged, .. indexes.Select(entry => entry.Index.Name)]));
        foreach (var (index, isUnfinished) in indexes)
        {
            var directory = NamespaceLayout.Index(services.Options.DataDirectory, index.Name);
            if (!Directory.Exists(directory))
            {
                if (!isUnfinished)
                    others.Add($"Index '{index.Name}': its directory is missing");
                continue;
            }

            others.AddRange(CheckIndex(directory, index.Name));
            try
            {
                if (repair)
                    services.Disk.DeleteFile(NamespaceLayout.ClosedNamespaces(directory)); // what a repair changes
                CheckNamespaces(directory, index);
            }
            catch (Exception e) when (e.IsDiskError())
            {
                others.Add($"Index '{index.Name}': its directory cannot be read: {e.Message}");
            }
        }

        try
        {
            others.AddRange(await CheckBackupsAsync(services, cancellation).ConfigureAwait(false));
        }
        catch (Exception e) when (e.IsDiskError())
        {
            others.Add($"The directory of backups cannot be read: {e.Message}");
        }

        return new DataDirectoryReport(namespaces, others);

        void CheckNamespaces(string directory, IndexDescriptor index)
        {
            foreach (var found in NamespaceLayout.DirectoriesIn(directory).Order(StringComparer.Ordinal))
            {
                if (Path.GetFileName(found).StartsWith(NamespaceLayout.TemporaryMark, StringComparison.Ordinal))
                    continue;
                try
                {
                    namespaces.Add(NamespaceCheck.Run(found, index, services, repair, cancellation));
                }
                catch (StorageException e)
                {
                    others.Add($"Index '{index.Name}': namespace in '{Path.GetFileName(found)}': {e.Message} ({e.GetBaseException().Message})"); // the others are inspected
                }
            }
        }
    }

    private static IEnumerable<string> CheckOwners(string dataDirectory, IEnumerable<string> names)
    {
        var owned = names.Select(name => NamespaceLayout.Index(dataDirectory, name)).ToHashSet(StringComparer.Ordinal);
        var root = NamespaceLayout.Indexes(dataDirectory);
        return (Directory.Exists(root) ? Directory.GetDirectories(root) : [])
            .Where(found => !owned.Contains(found) && !Path.GetFileName(found).StartsWith(NamespaceLayout.TemporaryMark, StringComparison.Ordinal))
            .Where(found => Directory.EnumerateFileSystemEntries(found).Any())
            .Order(StringComparer.Ordinal)
            .Select(found => $"indexes/{Path.GetFileName(found)}: no index owns this directory");
    }

    private static IEnumerable<string> CheckIndex(string directory, string name)
    {
        string? Failure(string path, Action<string> read)
        {
            try
            {
                if (Path.Exists(path))
                    read(path);
                return null;
            }
            catch (Exception e) when (e is StorageException || e.IsDiskError())
            {
                return $"Index '{name}': {Path.GetFileName(path)}: {e.Message}";
            }
        }

        return new[]
        {
            Failure(NamespaceLayout.IndexCalibration(directory), CalibrationFile.Check),
            Failure(NamespaceLayout.Aliases(directory), path => AliasFile.Read(path)),
        }.OfType<string>();
    }

    private static async Task<List<string>> CheckBackupsAsync(EngineServices services, CancellationToken cancellation)
    {
        var damaged = new List<string>();
        var work = new BackupWork();
        var backups = new BackupStore(services with { Options = services.Options with { Log = damaged.Add } }, work);
        foreach (var backup in backups.List())
        {
            try
            {
                await backups.VerifyAsync(backup.Id, cancellation).ConfigureAwait(false);
            }
            catch (StorageException e)
            {
                damaged.Add(e.Message);
            }
        }

        await work.CloseAsync().ConfigureAwait(false);
        return damaged;
    }
}
