using VectorServer.Storage.IO;
using VectorServer.Storage.Npy;

namespace VectorServer.Storage.Namespaces;

/// <summary>Writes what a held namespace shows as a namespace directory of its own: compacted, with an empty log, to go on at the same LSN.</summary>
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
        var target = Generation.Create(disk, directory, GenerationNumber, dimension);
        try
        {
            rows = RowCopy.CopyLive(source, held.Metadata, target, added: null, cancellation);
            target.Seal(rows);
            if (source.Codes is { } codes)
                AtomicFile.Write(disk, target.CodecPath, codes.Codec.Serialize());
        }
        finally
        {
            target.Release(); // closes the files, which folds SQLite's journal in
        }

        NpyMatrix.TrimFile(disk, target.VectorsPath, rows, dimension);
        new Checkpoint(Checkpoint.CurrentFormat, GenerationNumber, rows, FirstRow: 0, rows, source.Lsn.Value)
            .Write(disk, NamespaceLayout.Checkpoint(directory));
        return rows;
    }
}
