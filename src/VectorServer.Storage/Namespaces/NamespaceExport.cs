using VectorServer.Storage.Ann;
using VectorServer.Storage.Columns;
using VectorServer.Storage.IO;
using VectorServer.Storage.Npy;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// Writes what a held namespace shows as a namespace directory of its own: compacted, with an empty log, to go on at the same LSN, and with
/// what is derived of its rows, so that it opens as fast. A graph is of rows by their numbers: it goes along as far as no row before was dead.
/// </summary>
internal static class NamespaceExport
{
    /// <summary>The one generation in such a directory.</summary>
    public const int GenerationNumber = 1;

    /// <param name="disk">Where it is written.</param>
    /// <param name="held">What to write.</param>
    /// <param name="directory">Made by this call. Not synced, and without the log's directory, which is empty and made where it is used.</param>
    /// <param name="cancellation">Leaves a part.</param>
    /// <returns>Records written.</returns>
    public static int Write(Disk disk, HeldNamespace held, string directory, CancellationToken cancellation)
    {
        var source = held.Snapshot;
        var dimension = source.Generation.Vectors.Dimension;
        disk.CreateDirectory(directory);
        held.Description.Write(disk, NamespaceLayout.Description(directory));

        int rows;
        int sparseRows;
        var target = Generation.Create(disk, directory, GenerationNumber, dimension);
        try
        {
            rows = RowCopy.CopyLive(source, held.Metadata, target, (row, id, sparse) => Add(target, row, id, sparse), cancellation);
            sparseRows = target.Sparse.RowCount;
            target.Seal(rows);
            var codes = source.Codes is { } coded ? CodeKeeper.Make(coded.Codec, target) : null;
            if (rows >= DerivedFiles.RowsMin)
                WriteDerived(held, new NamespaceSnapshot(target, FirstRow: 0, rows, rows, source.Lsn, codes), cancellation);
        }
        finally
        {
            target.Release(); // closes the files, which folds SQLite's journal in
        }

        NpyMatrix.TrimFile(disk, target.VectorsPath, rows, dimension);
        new Checkpoint(Checkpoint.CurrentFormat, GenerationNumber, rows, FirstRow: 0, rows, source.Lsn.Value, Deaths: 0, sparseRows)
            .Write(disk, NamespaceLayout.Checkpoint(directory));
        return rows;
    }

    private static void Add(Generation target, int row, string id, SparseVector? sparse)
    {
        target.Ids.Add(id);
        if (sparse is not null)
            target.Sparse.Add(row, sparse);
    }

    private static void WriteDerived(HeldNamespace held, NamespaceSnapshot written, CancellationToken cancellation)
    {
        var (source, target) = (held.Snapshot, written.Generation);
        target.Columns.MakeAhead(target.Metadata, written.RowCount, ColumnBudget.Usual(), cancellation);
        written.Codes?.EncodeUpTo(target.Vectors.Row, written.RowCount, cancellation);
        DerivedFiles.SaveCopies(FoldedRows.Of(written), target.Directory, cancellation);
        var kept = source.LiveRows().Select((row, number) => (row, number)).TakeWhile(pair => pair.row == pair.number).Count();
        if (source.Nearest is { } index && Math.Min(index.Count, kept) is var count && count >= DerivedFiles.RowsMin)
            CandidateIndexFile.Write(target.Disk, target.CandidateIndexPath, index, held.Metric, target.Vectors.Dimension, count);
    }
}
