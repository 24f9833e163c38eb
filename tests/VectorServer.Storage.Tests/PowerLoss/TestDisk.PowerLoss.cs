namespace VectorServer.Storage.Tests.PowerLoss;

/// <summary>Which of the changes that were not synced a power loss leaves.</summary>
internal enum Unsynced
{
    /// <summary>None: the promise is of what was synced.</summary>
    Lost,

    /// <summary>All, in order, as when only the process dies.</summary>
    Kept,

    /// <summary>Any, out of order, torn at sectors: disks and file systems reorder.</summary>
    Shuffled,
}

/// <content>What is on the disk when it has power again.</content>
internal sealed partial class TestDisk
{
    private const int SectorBytes = 512;

    /// <summary>Makes in an empty directory what a power loss at this moment leaves. Called from <see cref="Before"/>, or while nobody writes.</summary>
    public void LosePower(string target, Unsynced unsynced, Random random)
    {
        lock (_lock)
            Materialise(_root, _rootPath, target, unsynced, random);
    }

    private static void Materialise(DirectoryNode node, string source, string target, Unsynced unsynced, Random random)
    {
        Directory.CreateDirectory(target);
        if (Directory.Exists(source))
            Reconcile(node, source);
        var entries = new Dictionary<string, DiskNode>(node.Durable, StringComparer.Ordinal);
        foreach (var change in node.Pending)
        {
            if (IsKept(unsynced, random))
                DirectoryNode.Apply(entries, change);
        }

        foreach (var (name, child) in entries)
        {
            var path = Path.Combine(target, name);
            if (child is DirectoryNode directory)
                Materialise(directory, PathOf(node, child, source, name), path, unsynced, random);
            else if (child is FileNode file)
                Content(file, unsynced, random).WriteTo(path);
            else if (child is SqliteNode sqlite)
                Materialise(sqlite, PathOf(node, child, source, name), path, unsynced, random);
        }
    }

    /// <summary>Where an entry lies now: a rename that was not synced may be taken back.</summary>
    private static string PathOf(DirectoryNode parent, DiskNode child, string source, string name) =>
        Path.Combine(source, parent.Entries.FirstOrDefault(entry => entry.Value == child).Key ?? name);

    private static FileContent Content(FileNode file, Unsynced unsynced, Random random)
    {
        var content = file.Durable;
        foreach (var (offset, bytes) in file.Pending)
        {
            if (unsynced != Unsynced.Shuffled || bytes is null)
            {
                if (IsKept(unsynced, random))
                    content = content.Apply(offset, bytes);
                continue;
            }

            for (var start = 0; start < bytes.Length; start += SectorBytes)
            {
                if (IsKept(unsynced, random))
                    content = content.Apply(offset + start, bytes[start..Math.Min(bytes.Length, start + SectorBytes)]);
            }
        }

        return content;
    }

    /// <summary>
    /// By SQLite's contract: its last sync is on the disk; of what it appended to its journal since, any beginning may be. The main file
    /// changes between syncs only where they end.
    /// </summary>
    private static void Materialise(SqliteNode node, string source, string target, Unsynced unsynced, Random random)
    {
        var (main, journal) = (node.Main, node.Journal);
        if (unsynced != Unsynced.Lost && Read(source) is { } present && (main is null ? unsynced == Unsynced.Kept : main.AsSpan().SequenceEqual(present)))
        {
            (main, journal) = (present, Read(source + "-wal"));
            if (journal is { Length: > 32 } && unsynced == Unsynced.Shuffled && node.Journal is { } synced && journal.AsSpan().StartsWith(synced))
                journal = journal[..random.Next(synced.Length, journal.Length + 1)];
        }

        File.WriteAllBytes(target, main ?? []);
        if (journal is not null)
            File.WriteAllBytes(target + "-wal", journal);
    }

    private static bool IsKept(Unsynced unsynced, Random random) => unsynced switch
    {
        Unsynced.Lost => false,
        Unsynced.Kept => true,
        _ => random.Next(2) == 0,
    };
}
