namespace VectorServer.Storage.Tests.PowerLoss;

/// <summary>What the disk of a test knows of a file or directory beside what the real one holds.</summary>
internal abstract class DiskNode;

/// <summary>A directory: the entries that a power loss leaves, and the changes that it may take back.</summary>
internal sealed class DirectoryNode : DiskNode
{
    public Dictionary<string, DiskNode> Entries { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, DiskNode> Durable { get; private set; } = new(StringComparer.Ordinal);

    /// <summary>Each change is whole or not at all: a rename removes one name and gives another.</summary>
    public List<(string Name, DiskNode? Node)[]> Pending { get; } = [];

    public void Change(params (string Name, DiskNode? Node)[] change)
    {
        Pending.Add(change);
        Apply(Entries, change);
    }

    public void Sync()
    {
        Durable = new Dictionary<string, DiskNode>(Entries, StringComparer.Ordinal);
        Pending.Clear();
    }

    public static void Apply(Dictionary<string, DiskNode> entries, (string Name, DiskNode? Node)[] change)
    {
        foreach (var (name, node) in change)
        {
            if (node is null)
                entries.Remove(name);
            else
                entries[name] = node;
        }
    }
}

/// <summary>A file that the engine writes: what the last sync left, and the writes since.</summary>
internal sealed class FileNode : DiskNode
{
    public FileContent Durable { get; private set; } = new([], 0);

    /// <summary>Bytes at an offset; null bytes make the offset the length.</summary>
    public List<(long Offset, byte[]? Bytes)> Pending { get; } = [];

    /// <summary>A file that is on the disk as it is.</summary>
    public static FileNode Of(byte[] bytes) => new() { Durable = new FileContent(bytes.AsSpan().TrimEnd((byte)0).ToArray(), bytes.Length) };

    public void Sync()
    {
        foreach (var (offset, bytes) in Pending)
            Durable = Durable.Apply(offset, bytes);
        Pending.Clear();
    }

    /// <summary>The disk failed to sync and forgot what it was to write, as Linux does: a later sync succeeds without it.</summary>
    public void Drop()
    {
        Pending.RemoveAll(write => write.Bytes is not null);
        HasDropped = true;
    }

    /// <summary>Readers still find in the real file what the disk will never hold.</summary>
    public bool HasDropped { get; private set; }
}

/// <summary>A file's bytes, without the zeros that a greater length adds.</summary>
internal readonly record struct FileContent(byte[] Bytes, long Length)
{
    public FileContent Apply(long offset, byte[]? bytes)
    {
        if (bytes is null)
            return new FileContent(Bytes.Length > offset ? Bytes[..(int)offset] : Bytes, offset);
        var content = new byte[Math.Max(Bytes.Length, offset + bytes.Length)];
        Bytes.CopyTo(content, 0);
        bytes.CopyTo(content, offset);
        return new FileContent(content, Math.Max(Length, content.Length));
    }

    public void WriteTo(string path)
    {
        using var file = File.Create(path);
        file.Write(Bytes);
        file.SetLength(Length);
    }
}

/// <summary>A file of SQLite's, with its journal: as they were when SQLite had last synced them.</summary>
internal sealed class SqliteNode : DiskNode
{
    public byte[]? Main { get; private set; }

    public byte[]? Journal { get; private set; }

    public void Sync(string path) => (Main, Journal) = (TestDisk.Read(path), TestDisk.Read(path + "-wal"));
}
