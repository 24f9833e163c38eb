using VectorServer.Storage.Ann.Hnsw;
using VectorServer.Storage.Ann.Ivf;
using VectorServer.Storage.IO;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann;

/// <summary>
/// <c>ann.bin</c>: magic "VSANN" and format version (8 bytes); kind, metric, dimension (int32); the kind's body; CRC-32C of all before.
/// </summary>
internal static class CandidateIndexFile
{
    private const ulong Magic = 0x0001_004E_4E41_5356; // "VSANN", 0, version 1 (int16), little-endian

    /// <summary>Saves the part of an index that holds the first <paramref name="count"/> rows, all of them durable already.</summary>
    public static void Write(Disk disk, string path, CandidateIndex index, Metric metric, int dimension, int count)
    {
        using var file = new CheckedWriter(disk, path);
        file.Write(Magic);
        file.Write((int)index.Kind);
        file.Write((int)metric);
        file.Write(dimension);
        index.Write(file, count);
        file.Commit();
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: damaged, or of other vectors.</exception>
    public static CandidateIndex Read(string path, Metric metric, int dimension, RowReader read, CancellationToken cancellation)
    {
        using var file = new CheckedReader(path);
        if (file.Read<ulong>() != Magic)
            throw file.Damaged("it does not begin as one");
        var kind = (IndexKind)file.Read<int>();
        if (file.Read<int>() != (int)metric || file.Read<int>() != dimension)
            throw file.Damaged("it is of other vectors");
        return kind switch
        {
            IndexKind.Hnsw => HnswGraph.Read(file, metric, dimension, read, cancellation),
            IndexKind.IvfFlat or IndexKind.IvfPq => IvfIndex.Read(file, kind, metric, dimension, read, cancellation),
            _ => throw file.Damaged($"kind {(int)kind} is unknown"),
        };
    }
}
