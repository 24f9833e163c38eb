using VectorServer.Storage.Metadata;
using VectorServer.Storage.Model;

namespace VectorServer.Storage.Namespaces;

/// <summary>Copies the live rows of a snapshot, in order, into an empty generation. Any thread may copy, beside the writer.</summary>
internal static class RowCopy
{
    private const int BatchRows = 1000;
    private const int BatchesPerCheckpoint = 64; // keeps SQLite's journal of the copy far smaller than the copy

    /// <param name="source">What to copy.</param>
    /// <param name="metadata">A reader of the source's metadata.</param>
    /// <param name="target">Its files get the rows; ids and sparse lists in memory are up to <paramref name="added"/>.</param>
    /// <param name="added">Told each row's number in the target, its id and its sparse vector.</param>
    /// <param name="cancellation">Asked once a batch.</param>
    /// <returns>Rows copied.</returns>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: a row is damaged, or not as many live as counted.</exception>
    public static int CopyLive(
        NamespaceSnapshot source,
        MetadataReader metadata,
        Generation target,
        Action<int, string, SparseVector?>? added,
        CancellationToken cancellation)
    {
        var copied = Copy(source, source.FirstRow, metadata, target, 0, added, cancellation);
        return copied == source.LiveCount
            ? copied
            : throw new StorageException(StorageErrorCode.DataCorruption, $"The namespace holds {copied} live rows where it counts {source.LiveCount}");
    }

    /// <summary>Copies the live rows from one on, behind those that the target has.</summary>
    /// <inheritdoc cref="CopyLive"/>
    public static int Copy(
        NamespaceSnapshot source,
        int firstRow,
        MetadataReader metadata,
        Generation target,
        int targetRow,
        Action<int, string, SparseVector?>? added,
        CancellationToken cancellation)
    {
        var rows = new List<RowId>(BatchRows);
        var details = new RowDetails[BatchRows];
        var next = targetRow;
        for (var row = firstRow; row < source.RowCount; row++)
        {
            if (source.IsLive(row))
                rows.Add(new RowId(row));
            if (rows.Count == BatchRows)
                CopyBatch();
        }

        CopyBatch();
        return next - targetRow;

        void CopyBatch()
        {
            cancellation.ThrowIfCancellationRequested();
            metadata.Read(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows), includeMetadata: true, includeSparse: true, details);
            target.Metadata.BeginBatch();
            for (var i = 0; i < rows.Count; i++, next++)
            {
                var id = source.Generation.Ids.IdOf(rows[i].Value);
                target.Vectors.Write(next, source.Generation.Vectors.RowToCopy(rows[i].Value));
                target.Metadata.AddRow(new RowId(next), id, details[i].Metadata, details[i].Sparse);
                added?.Invoke(next, id, details[i].Sparse);
            }

            target.Metadata.CommitBatch();
            rows.Clear();
            if (next / BatchRows % BatchesPerCheckpoint == BatchesPerCheckpoint - 1)
                target.Metadata.Checkpoint();
        }
    }
}
