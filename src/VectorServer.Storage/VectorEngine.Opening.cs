using VectorServer.Storage.IO;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage;

/// <content>Opening the indexes that are there, and those that cannot be opened.</content>
public sealed partial class VectorEngine
{
    private void OpenIndexes()
    {
        var root = NamespaceLayout.Indexes(_services.Options.DataDirectory);
        _services.Disk.SyncDirectory(root); // a process may have died between an index's rename and its sync
        foreach (var unfinished in Directory.GetDirectories(root, NamespaceLayout.TemporaryMark + "*"))
            _services.Disk.DeleteDirectory(unfinished);

        foreach (var (descriptor, isUnfinished) in _registry.Read(name => ReportDamage(name, "Its entry in the registry does not match its checksum")))
        {
            var directory = NamespaceLayout.Index(_services.Options.DataDirectory, descriptor.Name);
            if (Directory.Exists(directory))
            {
                OpenIndex(directory, descriptor);
                if (isUnfinished)
                    MarkFinished(descriptor);
            }
            else if (isUnfinished)
            {
                _services.Log?.Invoke($"Index '{descriptor.Name}' was being created or deleted when the server stopped: it is gone");
                _registry.Remove(descriptor.Name);
            }
            else
            {
                ReportDamage(descriptor.Name, "Its directory is missing");
            }
        }
    }

    /// <summary>Before an index is removed: a directory that is missing at the next open is then a removal to finish, and no damage.</summary>
    private void MarkUnfinished(string name)
    {
        if (!_indexes.TryGetValue(name, out var index))
            return;
        try
        {
            _registry.Write(index.Descriptor, isUnfinished: true);
        }
        catch (Exception e) when (e.IsFull())
        {
            // What frees space goes on; a crash before the row is gone leaves an index that is to be removed once more.
        }
    }

    /// <summary>Once the directory is there, durably.</summary>
    private void MarkFinished(IndexDescriptor descriptor)
    {
        try
        {
            _registry.Write(descriptor);
        }
        catch (Exception e) when (e.IsDiskError())
        {
            // The mark says nothing while the directory is there, and goes with the next open.
        }
    }

    /// <summary>An index that a disk kept from being removed is open again, or its row goes with the next open.</summary>
    private void Reopen(string name)
    {
        var directory = NamespaceLayout.Index(_services.Options.DataDirectory, name);
        if (_indexes.ContainsKey(name) || !Directory.Exists(directory))
            return;
        if (_registry.Read(_ => { }).Select(entry => entry.Index).FirstOrDefault(found => found.Name == name) is not { } descriptor)
            return;
        try
        {
            _services.Disk.SyncDirectory(NamespaceLayout.Indexes(_services.Options.DataDirectory)); // it was renamed, and back
        }
        catch (Exception e) when (e.IsDiskError())
        {
            ReportDamage(name, "The disk refused to remove it, and to keep it"); // as a removed one it would take what is written now along
            return;
        }

        OpenIndex(directory, descriptor);
        MarkFinished(descriptor);
    }

    /// <summary>An index that cannot be opened keeps no other from being served.</summary>
    private void OpenIndex(string directory, IndexDescriptor descriptor)
    {
        try
        {
            _indexes[descriptor.Name] = VectorIndex.Open(directory, descriptor, _services);
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            ReportDamage(descriptor.Name, e is StorageException ? e.Message : "Its directory cannot be read");
            _services.Log?.Invoke($"Index '{descriptor.Name}' in {directory} cannot be opened: {e}");
        }
    }

    private void ReportDamage(string name, string what)
    {
        _services.Log?.Invoke($"Index '{name}' is damaged and not served: {what}");
        Damage.Report(name, null, what, _services.Time.GetUtcNow());
    }

    /// <summary>Removes the directory of an index that could not be opened.</summary>
    private void DropUnopened(string name)
    {
        var directory = NamespaceLayout.Index(_services.Options.DataDirectory, name);
        if (!Directory.Exists(directory))
            return;
        var trash = NamespaceLayout.Temporary(directory);
        Trash.Put(_services.Disk, directory, trash);
        Trash.Delete(_services.Disk, trash);
    }
}
