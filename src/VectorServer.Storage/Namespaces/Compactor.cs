using VectorServer.Storage.Codecs;

namespace VectorServer.Storage.Namespaces;

/// <summary>Writes the live rows of a snapshot, in order, as the next generation.</summary>
internal static class Compactor
{
    private const int BatchRows = 1000;

    /// <returns>The same records at the same LSN in a new generation, durable but not yet named by a checkpoint.</returns>
    public static NamespaceSnapshot Rewrite(NamespaceSnapshot source, string namespaceDirectory, CodecChoice codecChoice)
    {
        var number = source.Generation.Number + 1;
        var directory = NamespaceLayout.Generation(namespaceDirectory, number);
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true); // an earlier attempt that failed

        var target = Generation.Create(namespaceDirectory, number, source.Generation.Vectors.Dimension);
        try
        {
            var rows = new List<int>(BatchRows);
            foreach (var row in source.LiveRows())
            {
                rows.Add(row);
                if (rows.Count == BatchRows)
                    Copy(source.Generation, rows, target);
            }

            Copy(source.Generation, rows, target);
            target.Seal(target.Ids.Count);
            var compacted = new NamespaceSnapshot(target, FirstRow: 0, target.Ids.Count, target.Ids.Count, source.Lsn, Codes: null);
            return compacted with { Codes = CodeStore.Carry(source.Codes, compacted, codecChoice) };
        }
        catch
        {
            target.Retire(() => IO.Trash.Delete(directory)); // on a full disk its space is needed
            throw;
        }
    }

    private static void Copy(Generation source, List<int> rows, Generation target)
    {
        target.Metadata.BeginBatch();
        foreach (var row in rows)
        {
            var copy = target.Ids.Count;
            var (metadata, sparse) = source.Metadata.Read(new RowId(row));
            target.Vectors.Write(copy, source.Vectors.Row(row));
            target.Ids.Add(source.Ids.IdOf(row));
            target.Metadata.AddRow(new RowId(copy), source.Ids.IdOf(row), metadata, sparse);
            if (sparse is not null)
                target.Sparse.Add(copy, sparse);
        }

        target.Metadata.CommitBatch();
        rows.Clear();
    }
}
