using VectorServer.Storage.Npy;

namespace VectorServer.Storage.Namespaces;

/// <summary>Writes what a held namespace shows as a namespace directory of its own: compacted, with an empty log, to go on at the same LSN.</summary>
internal static class NamespaceExport
{
    /// <summary>The one generation in such a directory.</summary>
    public const int GenerationNumber = 1;

    /// <param name="held">What to write.</param>
    /// <param name="directory">Made by this call. Not synced, and without the log's directory, which is empty and made where it is used.</param>
    /// <param name="cancellation">Leaves a part.</param>
    /// <returns>Records written.</returns>
    public static int Write(HeldNamespace held, string directory, CancellationToken cancellation)
    {
        var source = held.Snapshot;
        var dimension = source.Generation.Vectors.Dimension;
        Directory.CreateDirectory(directory);
        held.Description.Write(NamespaceLayout.Description(directory));

        int rows;
        var sparseRows = 0;
        var target = Generation.Create(directory, GenerationNumber, dimension);
        try
        {
            rows = RowCopy.CopyLive(source, held.Metadata, target, (_, _, sparse) => sparseRows += sparse is null ? 0 : 1, cancellation);
            target.Seal(rows);
            if (source.Codes is { } codes)
                IO.AtomicFile.Write(target.CodecPath, codes.Codec.Serialize());
        }
        finally
        {
            target.Release(); // closes the files, which folds SQLite's journal in
        }

        NpyMatrix.TrimFile(target.VectorsPath, rows, dimension);
        new Checkpoint(Checkpoint.CurrentFormat, GenerationNumber, rows, FirstRow: 0, rows, source.Lsn.Value, Deaths: 0, sparseRows)
            .Write(NamespaceLayout.Checkpoint(directory));
        return rows;
    }
}
