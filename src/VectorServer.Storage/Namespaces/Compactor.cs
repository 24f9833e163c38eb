using VectorServer.Storage.Codecs;

namespace VectorServer.Storage.Namespaces;

/// <summary>Writes the live rows of a snapshot, in order, as the next generation.</summary>
internal static class Compactor
{
    /// <returns>The same records at the same LSN in a new generation, durable but not yet named by a checkpoint.</returns>
    public static NamespaceSnapshot Rewrite(IO.Disk disk, NamespaceSnapshot source, string namespaceDirectory, CodecChoice codecChoice)
    {
        var number = source.Generation.Number + 1;
        var directory = NamespaceLayout.Generation(namespaceDirectory, number);
        if (Directory.Exists(directory))
            disk.DeleteDirectory(directory); // an earlier attempt that failed

        var target = Generation.Create(disk, namespaceDirectory, number, source.Generation.Vectors.Dimension);
        try
        {
            using (var metadata = source.Generation.Metadata.Rent())
            {
                RowCopy.CopyLive(
                    source,
                    metadata.Reader,
                    target,
                    (row, id, sparse) =>
                    {
                        target.Ids.Add(id);
                        if (sparse is not null)
                            target.Sparse.Add(row, sparse);
                    },
                    CancellationToken.None);
            }

            target.Seal(target.Ids.Count);
            if (source.Generation.Columns.IsUsed)
                target.Columns.Extend(target.Metadata, target.Ids.Count);
            var compacted = new NamespaceSnapshot(target, FirstRow: 0, target.Ids.Count, target.Ids.Count, source.Lsn, Codes: null);
            return compacted with { Codes = CodeStore.Carry(source.Codes, compacted, codecChoice) };
        }
        catch
        {
            target.Retire(() => IO.Trash.Delete(disk, directory)); // on a full disk its space is needed
            throw;
        }
    }
}
