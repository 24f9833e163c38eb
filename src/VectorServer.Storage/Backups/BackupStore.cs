using System.Collections.Concurrent;
using VectorServer.Storage.Backups;
using VectorServer.Storage.IO;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage;

/// <summary>
/// The backups of a data directory. A backup is a directory of its own that may be copied to another machine's, also while the server
/// runs; its name there is its id. Nothing is kept in memory. Thread-safe.
/// </summary>
public sealed class BackupStore : IBackups
{
    private readonly EngineServices _services;
    private readonly BackupWork _work;
    private readonly HashSet<string> _making = new(StringComparer.Ordinal); // ids; also the lock of what is made and removed
    private readonly ConcurrentDictionary<string, string> _reported = new(StringComparer.Ordinal); // what the log was told, by directory

    internal BackupStore(EngineServices services, BackupWork work)
    {
        (_services, _work) = (services, work);
        try
        {
            if (Directory.Exists(Root))
                services.Disk.SyncDirectory(Root); // a process may have died between a backup's rename and its sync
            foreach (var unfinished in Directories().Where(IsTemporary))
                Trash.Delete(services.Disk, unfinished);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _services.Log?.Invoke($"The disk refuses the directory of backups: {e.Message}");
        }
    }

    private string Root => NamespaceLayout.Backups(_services.Options.DataDirectory);

    /// <summary>Every backup whose manifest is whole, by id. Other directories are left out and named in the log.</summary>
    public IReadOnlyList<BackupInfo> List() =>
    [
        .. Directories()
            .Where(directory => !IsTemporary(directory))
            .Select(TryRead)
            .OfType<BackupInfo>()
            .OrderBy(backup => backup.Id, StringComparer.Ordinal),
    ];

    /// <summary>The backup; null if there is none.</summary>
    /// <exception cref="StorageException">
    /// <see cref="StorageErrorCode.DataCorruption"/>: its manifest is damaged; <see cref="StorageErrorCode.NewerFormat"/>.
    /// </exception>
    public BackupInfo? Find(string id)
    {
        try
        {
            return Read(id, backup => backup.Info);
        }
        catch (StorageException e) when (e.Code == StorageErrorCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// Writes a backup of a live index: of each namespace a snapshot at one LSN, taken when its turn comes. Writers go on meanwhile. All
    /// or nothing: a backup that fails or is cancelled leaves nothing.
    /// </summary>
    /// <param name="index">What to back up.</param>
    /// <param name="id">1..100 of <c>[a-z0-9-]</c>, not taken.</param>
    /// <param name="attributes">A JSON document of the host's.</param>
    /// <param name="cancellation">Stops the backup.</param>
    /// <exception cref="StorageException">
    /// <see cref="StorageErrorCode.AlreadyExists"/>: the id is taken, be it by a damaged backup; <see cref="StorageErrorCode.DataCorruption"/>
    /// names the namespace that is damaged; <see cref="StorageErrorCode.NotFound"/>: the index was removed meanwhile;
    /// <see cref="StorageErrorCode.Unavailable"/>: the engine closes, or the disk refuses.
    /// </exception>
    public async Task<BackupInfo> CreateAsync(VectorIndex index, string id, string attributes, CancellationToken cancellation = default)
    {
        if (!BackupLayout.IsId(id))
            throw StorageException.Invalid($"Backup id must be 1 to 100 lower-case letters, digits or '-', got '{id}'");
        Reserve(id);
        try
        {
            return await _work.RunAsync(stop => Create(index, id, attributes, stop), cancellation).ConfigureAwait(false);
        }
        finally
        {
            lock (_making)
                _making.Remove(id);
        }
    }

    /// <summary>Removes the backup, damaged or not.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    public void Delete(string id)
    {
        _work.ThrowIfClosed();
        lock (_making)
        {
            try
            {
                // A removal that failed may have come far enough not to be seen, and not to the disk.
                if (Directory.Exists(Root))
                    _services.Disk.SyncDirectory(Root);
                var directory = BackupLayout.Existing(_services.Options.DataDirectory, id);
                var trash = NamespaceLayout.Temporary(directory);
                Trash.Put(_services.Disk, directory, trash);
                Trash.Delete(_services.Disk, trash);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw DiskErrors.Refusal(e, $"Backup {id} cannot be removed");
            }
        }
    }

    /// <summary>Reads the whole backup and compares it with its checksums.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>; <see cref="StorageErrorCode.DataCorruption"/> names the file.</exception>
    public Task VerifyAsync(string id, CancellationToken cancellation = default) => _work.RunAsync(
        stop => Read(id, backup =>
        {
            backup.Verify(stop);
            return backup.Info;
        }),
        cancellation);

    ValueTask<IReadOnlyList<BackupInfo>> IBackups.ListAsync(CancellationToken cancellation) => new(List());

    ValueTask<BackupInfo?> IBackups.FindAsync(string id, CancellationToken cancellation) => new(Find(id));

    Task<BackupInfo> IBackups.CreateAsync(IVectorIndex index, string id, string attributes, CancellationToken cancellation) =>
        CreateAsync((VectorIndex)index, id, attributes, cancellation);

    ValueTask IBackups.DeleteAsync(string id, CancellationToken cancellation)
    {
        Delete(id);
        return default;
    }

    /// <summary>Opens a backup and reads of it.</summary>
    /// <exception cref="StorageException">As <see cref="BackupReader"/>; <see cref="StorageErrorCode.Unavailable"/>: the disk fails.</exception>
    internal T Read<T>(string id, Func<BackupReader, T> read)
    {
        try
        {
            return read(BackupReader.Open(_services.Options.DataDirectory, id));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DiskErrors.Refusal(e, $"Backup {id} could not be read or copied");
        }
    }

    private BackupInfo Create(VectorIndex index, string id, string attributes, CancellationToken cancellation)
    {
        var directory = BackupLayout.Directory(_services.Options.DataDirectory, id);
        var aside = NamespaceLayout.Temporary(directory);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, index.Namespaces.Ending);
        try
        {
            _services.Disk.CreateDirectory(Root);
            _services.Disk.SyncDirectory(_services.Options.DataDirectory);
            new BackupWriter(_services.Disk, aside, stop.Token).Write(index, id, attributes, _services.Time.GetUtcNow());
            stop.Token.ThrowIfCancellationRequested();
            Publish(aside, directory, id);
            return BackupReader.Open(_services.Options.DataDirectory, id).Info;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw index.Namespaces.Closing();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DiskErrors.Refusal(e, $"Backup {id} could not be written");
        }
        finally
        {
            Trash.Delete(_services.Disk, aside);
        }
    }

    private void Reserve(string id)
    {
        lock (_making)
        {
            if (Directory.Exists(BackupLayout.Directory(_services.Options.DataDirectory, id)) || !_making.Add(id))
                throw Taken(id);
        }
    }

    private void Publish(string aside, string directory, string id)
    {
        lock (_making)
        {
            if (Directory.Exists(directory))
                throw Taken(id); // copied here meanwhile
            _services.Disk.MoveDirectory(aside, directory);
            try
            {
                _services.Disk.SyncDirectory(Root);
            }
            catch
            {
                _services.Disk.MoveDirectory(directory, aside);
                throw;
            }
        }
    }

    private static StorageException Taken(string id) => new(StorageErrorCode.AlreadyExists, $"Backup {id} already exists.");

    private IEnumerable<string> Directories() => Directory.Exists(Root) ? NamespaceLayout.DirectoriesIn(Root) : [];

    private static bool IsTemporary(string directory) => Path.GetFileName(directory).StartsWith(NamespaceLayout.TemporaryMark, StringComparison.Ordinal);

    private BackupInfo? TryRead(string directory)
    {
        var name = Path.GetFileName(directory);
        try
        {
            if (BackupLayout.IsId(name))
                return BackupReader.Open(_services.Options.DataDirectory, name).Info;
            Report(directory, "its name is no backup's id, which is 1 to 100 lower-case letters, digits or '-'");
        }
        catch (StorageException e) when (e.Code == StorageErrorCode.NotFound)
        {
            // removed just now
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            Report(directory, e.Message);
        }

        return null;
    }

    /// <summary>Tells the log once, not at every listing.</summary>
    private void Report(string directory, string why)
    {
        if (_reported.TryGetValue(directory, out var told) && told == why)
            return;
        _reported[directory] = why;
        _services.Log?.Invoke($"The directory {directory} is not listed among the backups: {why}");
    }
}
