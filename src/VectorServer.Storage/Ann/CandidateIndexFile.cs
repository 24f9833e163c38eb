using VectorServer.Storage.Ann.Hnsw;
using VectorServer.Storage.Ann.Ivf;
using VectorServer.Storage.IO;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann;

/// <summary>
/// <c>ann.bin</c>: magic "VSANN" and format version (8 bytes); kind, metric, dimension (int32); the recall held: rows, efforts of few and of
/// many of usual queries and of those outside (int32), target, reach, recall, rows an effort costs (double), all zero where none was
/// measured; the kind's body; CRC-32C of all before. Files of other versions are built anew.
/// </summary>
internal static class CandidateIndexFile
{
    private const ulong AnyMagic = 0x004E_4E41_5356;
    private const ulong Magic = 0x0003_004E_4E41_5356; // "VSANN", 0, version 3 (int16), little-endian

    /// <summary>Saves the part of an index that holds the first <paramref name="count"/> rows, all of them durable already.</summary>
    public static void Write(Disk disk, string path, CandidateIndex index, Metric metric, int dimension, int count)
    {
        using var file = new CheckedWriter(disk, path);
        file.Write(Magic);
        file.Write((int)index.Kind);
        file.Write((int)metric);
        file.Write(dimension);
        WriteHeld(file, index.Held);
        index.Write(file, count);
        file.Commit();
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: damaged, or of other vectors.</exception>
    public static CandidateIndex Read(string path, Metric metric, int dimension, RowReader read, CancellationToken cancellation)
    {
        using var file = new CheckedReader(path);
        var magic = file.Read<ulong>();
        if (magic != Magic)
            throw file.Damaged((magic & 0xFFFF_FFFF_FFFF) == AnyMagic ? $"its format version is {magic >> 48}, not {Magic >> 48}" : "it does not begin as one");
        var kind = (IndexKind)file.Read<int>();
        if (file.Read<int>() != (int)metric || file.Read<int>() != dimension)
            throw file.Damaged("it is of other vectors");
        var held = ReadHeld(file);
        try
        {
            CandidateIndex index = kind switch
            {
                IndexKind.Hnsw => HnswGraph.Read(file, metric, dimension, read, cancellation),
                IndexKind.IvfFlat or IndexKind.IvfPq => IvfIndex.Read(file, kind, metric, dimension, read, cancellation),
                _ => throw file.Damaged($"kind {(int)kind} is unknown"),
            };
            index.Held = held;
            return index;
        }
        catch (ArgumentOutOfRangeException)
        {
            throw file.Damaged("it is of more rows than there are");
        }
    }

    private static void WriteHeld(CheckedWriter file, HeldRecall? held)
    {
        file.Write(held?.Rows ?? 0);
        file.Write(held?.Usual.OfFew ?? 0);
        file.Write(held?.Usual.OfMany ?? 0);
        file.Write(held?.Outside.OfFew ?? 0);
        file.Write(held?.Outside.OfMany ?? 0);
        file.Write(held?.Target ?? 0);
        file.Write(held?.Reach ?? 0);
        file.Write(held?.Recall ?? 0);
        file.Write(held?.RowsPerEffort ?? 0);
    }

    private static HeldRecall? ReadHeld(CheckedReader file)
    {
        var rows = file.Read<int>();
        var usual = new HeldEffort(file.Read<int>(), file.Read<int>());
        var outside = new HeldEffort(file.Read<int>(), file.Read<int>());
        var (target, reach, recall, cost) = (file.Read<double>(), file.Read<double>(), file.Read<double>(), file.Read<double>());
        if (rows < 0 || !IsEffort(usual) || !IsEffort(outside) || !(target is >= 0 and <= 1) || double.IsNaN(reach) || !(recall is >= 0 and <= 1)
            || !(cost >= 0) || !double.IsFinite(cost))
        {
            throw file.Damaged("its recall is none");
        }

        return rows == 0 ? null : new HeldRecall(target, rows, usual, outside, reach, recall, cost);
    }

    private static bool IsEffort(HeldEffort effort) => effort is { OfFew: >= 0, OfMany: >= 0 };
}
