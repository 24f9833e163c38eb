using VectorServer.Storage.IO;

namespace VectorServer.Storage.Tests.PowerLoss;

/// <summary>
/// Writes through to real files, and knows beside them what a power loss would leave: per file the bytes of the last sync, per directory
/// the entries of its last sync, and the changes since, of which a disk may keep any. Refuses what <see cref="Fault"/> says.
/// </summary>
internal sealed partial class TestDisk : Disk
{
    private readonly Lock _lock = new();
    private readonly DirectoryNode _root = new();
    private readonly string _rootPath;
    private int _operations;

    /// <param name="rootPath">The directory in which all paths lie; what is there is durable.</param>
    public TestDisk(string rootPath)
    {
        _rootPath = rootPath;
        Adopt(_root, rootPath);
    }

    /// <summary>How many operations there were.</summary>
    public int Operations => Volatile.Read(ref _operations);

    /// <summary>Told of each operation by its number before it is carried out, under the disk's lock.</summary>
    public Action<int>? Before { get; set; }

    /// <summary>What <see cref="Before"/> failed with, which is no doing of the disk's.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>What an operation fails with; null for none.</summary>
    public Func<DiskOperation, Exception?>? Fault { get; set; }

    public override DiskFile Open(string path, FileMode mode, FileShare share = FileShare.Read)
    {
        lock (_lock)
        {
            var (parent, name) = Locate(path);
            var node = parent.Entries.GetValueOrDefault(name);
            if (mode is FileMode.Create or FileMode.CreateNew)
            {
                Ask(DiskOperationKind.Create, path);
                if (node is FileNode present)
                    present.Pending.Add((0, null));
                else
                    parent.Change((name, node = IsSqlite(name) ? new SqliteNode() : new FileNode()));
                Show();
            }

            return new TestFile(this, path, node, File.OpenHandle(path, mode, FileAccess.ReadWrite, share));
        }
    }

    public override void MoveFile(string from, string to) => Move(from, to, () => base.MoveFile(from, to));

    public override void MoveDirectory(string from, string to) => Move(from, to, () => base.MoveDirectory(from, to));

    public override void DeleteFile(string path)
    {
        lock (_lock)
        {
            var (parent, name) = Locate(path);
            Ask(DiskOperationKind.Delete, path);
            if (parent.Entries.ContainsKey(name))
                parent.Change((name, null));
            Show();
            base.DeleteFile(path);
        }
    }

    public override void Allocate(string path, long bytes)
    {
        lock (_lock)
        {
            var (parent, name) = Locate(path);
            Ask(DiskOperationKind.Allocate, path);
            parent.Change((name, new FileNode()));
            Show();
            File.WriteAllBytes(path, []); // nobody reads it
        }
    }

    public override void CreateDirectory(string path)
    {
        lock (_lock)
        {
            Ask(DiskOperationKind.Create, path);
            var node = _root;
            foreach (var name in Names(path))
            {
                if (!node.Entries.TryGetValue(name, out var child))
                    node.Change((name, child = new DirectoryNode()));
                node = (DirectoryNode)child;
            }

            Show();
            base.CreateDirectory(path);
        }
    }

    public override void DeleteDirectory(string path)
    {
        lock (_lock)
        {
            Ask(DiskOperationKind.Delete, path);
            var (parent, name) = (Find(Path.GetDirectoryName(path)!) as DirectoryNode, Path.GetFileName(path));
            if (parent?.Entries.GetValueOrDefault(name) is DirectoryNode node)
            {
                DeleteAll(node, path);
                parent.Change((name, null));
            }

            Show();
            base.DeleteDirectory(path);
        }
    }

    public override void SyncDirectory(string path)
    {
        lock (_lock)
        {
            Ask(DiskOperationKind.SyncDirectory, path);
            Show();
            var node = (DirectoryNode)Find(path)!;
            Reconcile(node, path);
            node.Sync();
        }
    }

    public override void SqliteWrites(string path)
    {
        lock (_lock)
        {
            Ask(DiskOperationKind.Sqlite, path);
            Show();
        }
    }

    public override void SqliteSynced(string path)
    {
        lock (_lock)
        {
            var (parent, name) = Locate(path);
            Reconcile(parent, Path.GetDirectoryName(path)!);
            ((SqliteNode)parent.Entries[name]).Sync(path);
        }
    }

    private void Move(string from, string to, Action move)
    {
        lock (_lock)
        {
            var (parent, name) = Locate(from);
            var (target, newName) = Locate(to);
            if (parent != target)
                throw new NotSupportedException("A rename into another directory is no change of one directory");
            Ask(DiskOperationKind.Rename, to);
            parent.Change((newName, parent.Entries[name]), (name, null));
            Show();
            move();
        }
    }

    /// <summary>Numbers the operation, and fails it if it is to fail.</summary>
    private void Ask(DiskOperationKind kind, string path)
    {
        var number = ++_operations;
        if (Fault?.Invoke(new DiskOperation(number, kind, path)) is { } failure)
            throw failure;
    }

    /// <summary>Shows the operation to the test: asked for, and not yet synced.</summary>
    private void Show()
    {
        try
        {
            Before?.Invoke(_operations);
        }
        catch (Exception e)
        {
            Failure ??= e;
        }
    }

    private static void DeleteAll(DirectoryNode node, string path)
    {
        foreach (var (name, child) in node.Entries.ToArray())
        {
            if (child is DirectoryNode directory)
                DeleteAll(directory, Path.Combine(path, name));
            node.Change((name, null));
        }
    }

    private static void Adopt(DirectoryNode node, string path)
    {
        foreach (var directory in Directory.GetDirectories(path))
        {
            var child = new DirectoryNode();
            Adopt(child, directory);
            node.Change((Path.GetFileName(directory), child));
        }

        foreach (var file in Directory.GetFiles(path).Where(file => !file.EndsWith("-wal", StringComparison.Ordinal)))
        {
            if (IsSqlite(file))
            {
                var sqlite = new SqliteNode();
                sqlite.Sync(file);
                node.Change((Path.GetFileName(file), sqlite));
            }
            else
            {
                node.Change((Path.GetFileName(file), FileNode.Of(File.ReadAllBytes(file))));
            }
        }

        node.Sync();
    }

    /// <summary>Learns of files that SQLite made or removed.</summary>
    private static void Reconcile(DirectoryNode node, string path)
    {
        foreach (var file in Directory.GetFiles(path).Select(file => Path.GetFileName(file)))
        {
            if (!node.Entries.ContainsKey(file) && IsSqlite(file))
                node.Change((file, new SqliteNode()));
        }
    }

    private static bool IsSqlite(string name) => name.EndsWith(".db", StringComparison.Ordinal);

    private (DirectoryNode Parent, string Name) Locate(string path) => ((DirectoryNode)Find(Path.GetDirectoryName(path)!)!, Path.GetFileName(path));

    private DiskNode? Find(string path)
    {
        DiskNode? node = _root;
        foreach (var name in Names(path))
            node = (node as DirectoryNode)?.Entries.GetValueOrDefault(name);
        return node;
    }

    private IEnumerable<string> Names(string path) =>
        Path.GetRelativePath(_rootPath, path).Split(Path.DirectorySeparatorChar).Where(name => name != ".");

    internal static byte[]? Read(string path)
    {
        // SQLite may remove or cut its log at this moment.
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            file.CopyTo(bytes);
            return bytes.ToArray();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private sealed class TestFile(TestDisk disk, string path, DiskNode? node, Microsoft.Win32.SafeHandles.SafeFileHandle handle) : DiskFile(handle)
    {
        private readonly FileNode? _file = node as FileNode;

        public override void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            lock (disk._lock)
            {
                try
                {
                    disk.Ask(DiskOperationKind.Write, path);
                }
                catch (IOException)
                {
                    Put(bytes[..(bytes.Length / 2)], offset); // a write that fails may have come half-way
                    throw;
                }

                Put(bytes, offset);
            }
        }

        public override void SetLength(long length)
        {
            lock (disk._lock)
            {
                disk.Ask(DiskOperationKind.SetLength, path);
                _file?.Pending.Add((length, null));
                disk.Show();
                base.SetLength(length);
            }
        }

        public override void Sync()
        {
            lock (disk._lock)
            {
                try
                {
                    disk.Ask(DiskOperationKind.Sync, path);
                }
                catch (IOException)
                {
                    _file?.Drop();
                    throw;
                }

                disk.Show();
                _file?.Sync();
                (node as SqliteNode)?.Sync(path);
            }
        }

        private void Put(ReadOnlySpan<byte> bytes, long offset)
        {
            _file?.Pending.Add((offset, bytes.ToArray()));
            disk.Show();
            base.Write(bytes, offset);
        }
    }
}

internal enum DiskOperationKind
{
    Create,
    Write,
    SetLength,
    Sync,
    Allocate,
    Rename,
    Delete,
    SyncDirectory,
    Sqlite,
}

/// <summary>What the disk is asked for.</summary>
internal readonly record struct DiskOperation(int Number, DiskOperationKind Kind, string Path);
