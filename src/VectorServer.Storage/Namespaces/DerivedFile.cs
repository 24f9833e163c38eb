using VectorServer.Storage.Codecs;

namespace VectorServer.Storage.Namespaces;

/// <summary>What a checkpoint names, as the writer found it then: what is derived of later rows is saved in no file.</summary>
/// <param name="Snapshot">Its rows are durable; the generation must be held.</param>
/// <param name="SparseRows">Those of them that have a sparse vector.</param>
internal sealed record FoldedRows(NamespaceSnapshot Snapshot, int SparseRows)
{
    public static FoldedRows Of(NamespaceSnapshot snapshot) => new(snapshot, snapshot.Generation.Sparse.RowCount);

    public Generation Generation => Snapshot.Generation;
}

/// <summary>A file of a generation that is made of its first rows and spares an opening to make it again.</summary>
/// <param name="In">Where it is in a generation's directory.</param>
/// <param name="There">Rows that it could be of now: those that what it is made of holds in memory, none behind the checkpoint.</param>
/// <param name="Saved">Rows that it is of on the disk.</param>
/// <param name="Write">Writes it, whole or not at all, of as many rows as are there; returns how many.</param>
/// <param name="Note">Told of how many rows it is on the disk now.</param>
internal sealed record DerivedFile(
    Func<string, string> In,
    Func<FoldedRows, int> There,
    Func<FoldedRows, int> Saved,
    Func<FoldedRows, string, CancellationToken, int> Write,
    Action<FoldedRows, int> Note)
{
    /// <summary>All but the approximate index, which its builder saves.</summary>
    public static IReadOnlyList<DerivedFile> All { get; } =
    [
        new(
            NamespaceLayout.Ids,
            folded => folded.Snapshot.RowCount,
            folded => folded.Generation.SavedIds,
            (folded, path, cancellation) =>
            {
                IdFile.Write(path, folded.Generation, folded.Snapshot.RowCount, cancellation);
                return folded.Snapshot.RowCount;
            },
            (folded, rows) => folded.Generation.SavedIds = rows),
        new(
            NamespaceLayout.Codes,
            folded => Math.Min(folded.Snapshot.Codes?.Count ?? 0, folded.Snapshot.RowCount),
            folded => folded.Snapshot.Codes!.SavedRows,
            (folded, path, cancellation) => CodeFile.Write(folded.Generation.Disk, path, folded.Snapshot.Codes!, folded.Snapshot.RowCount, cancellation),
            (folded, rows) => folded.Snapshot.Codes!.SavedRows = rows),
        new(
            NamespaceLayout.Sparse,
            folded => folded.SparseRows == 0 ? 0 : folded.Snapshot.RowCount,
            folded => folded.Generation.SavedSparse,
            (folded, path, cancellation) =>
            {
                folded.Generation.Sparse.Save(folded.Generation.Disk, path, folded.Snapshot.RowCount, folded.SparseRows, cancellation);
                return folded.Snapshot.RowCount;
            },
            (folded, rows) => folded.Generation.SavedSparse = rows),
        new(
            NamespaceLayout.Columns,
            folded => Math.Min(folded.Generation.Columns.RowCount, folded.Snapshot.RowCount),
            folded => folded.Generation.Columns.SavedRows,
            (folded, path, cancellation) => folded.Generation.Columns.Write(folded.Generation.Disk, path, folded.Snapshot.RowCount, cancellation),
            (folded, rows) => folded.Generation.Columns.NoteSaved(rows)),
    ];

    /// <summary>Whether at least so many rows, and such a part of those saved, are there and not saved.</summary>
    public bool IsDue(FoldedRows folded, int rowsMin, int share)
    {
        var there = There(folded);
        if (there < rowsMin)
            return false;
        var saved = Saved(folded);
        return there - saved >= Math.Max(rowsMin, saved / share);
    }
}
