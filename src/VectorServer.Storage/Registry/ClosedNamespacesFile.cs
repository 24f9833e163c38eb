using System.Text;
using VectorServer.Storage.IO;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Registry;

/// <summary>A namespace as a clean stop left it.</summary>
/// <param name="Counts">What statistics say.</param>
/// <param name="FilterableFields">Declared at its creation; null when all are indexed.</param>
internal sealed record LeftNamespace(NamespaceCounts Counts, IReadOnlyList<string>? FilterableFields);

/// <summary>
/// <c>namespaces.bin</c>, what a clean stop leaves of an index with many namespaces, so that the next start can tell of all of them by one
/// read. It goes, durably, before the first of them is opened or made: after a crash there is none. Little-endian: magic "VSNAMES" and
/// version (8 bytes); namespaces (int32); of each its name, filterable fields (int32, -1 for null; the names), LSN, bytes of the
/// approximate index (int64), bytes of a code (float64), generation, rows, live rows, compression, kind of index, indexed rows, whether codes
/// are behind, mark of the search options (int32); CRC-32C of all before. A name is its length (int32) and UTF-8 bytes.
/// </summary>
internal static class ClosedNamespacesFile
{
    private const ulong Magic = 0x0253_454D_414E_5356; // "VSNAMES", version 2, little-endian

    public static void Write(Disk disk, string path, IReadOnlyCollection<(string Name, LeftNamespace Left)> namespaces)
    {
        using var file = new CheckedWriter(disk, path);
        file.Write(Magic);
        file.Write(namespaces.Count);
        foreach (var (name, left) in namespaces)
        {
            WriteText(file, name);
            file.Write(left.FilterableFields?.Count ?? -1);
            foreach (var field in left.FilterableFields ?? [])
                WriteText(file, field);
            var counts = left.Counts;
            file.Write(counts.Lsn.Value);
            file.Write(counts.IndexBytes);
            file.Write(counts.CodeBytesPerVector);
            int[] numbers =
            [
                counts.Generation, counts.RowCount, counts.LiveCount, (int)counts.Compression, (int)counts.IndexKind, counts.IndexedRows,
                counts.AreCodesBehind ? 1 : 0, (int)counts.SearchMark,
            ];
            foreach (var number in numbers)
                file.Write(number);
        }

        file.Commit();
    }

    /// <summary>The namespaces by name; none where there is no file, or none that is whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="damaged">Told what is wrong with a file that is not whole.</param>
    public static Dictionary<string, LeftNamespace> Read(string path, Action<string> damaged)
    {
        var namespaces = new Dictionary<string, LeftNamespace>(StringComparer.Ordinal);
        if (!File.Exists(path))
            return namespaces;
        try
        {
            using var file = new CheckedReader(path);
            if (file.Read<ulong>() != Magic)
                throw file.Damaged("it is of another format");
            for (var count = file.Read<int>(); count > 0; count--)
                namespaces[ReadText(file)] = ReadOne(file);
            return namespaces;
        }
        catch (Exception e) when (e is StorageException || e.IsDiskError())
        {
            damaged(e.Message);
            return new Dictionary<string, LeftNamespace>(StringComparer.Ordinal); // each is looked at
        }
    }

    private static LeftNamespace ReadOne(CheckedReader file)
    {
        var fieldCount = file.Read<int>();
        var fields = fieldCount < 0 ? null : new List<string>();
        for (var i = 0; i < fieldCount; i++)
            fields!.Add(ReadText(file));
        var (lsn, indexBytes, codeBytes) = (file.Read<long>(), file.Read<long>(), file.Read<double>());
        var numbers = new int[8];
        file.ReadAll<int>(numbers);
        var counts = new NamespaceCounts(
            new Lsn(lsn),
            numbers[0],
            numbers[1],
            numbers[2],
            (Compression)numbers[3],
            codeBytes,
            (IndexKind)numbers[4],
            numbers[5],
            indexBytes,
            numbers[6] != 0,
            (uint)numbers[7]);
        return counts.IsKnown ? new LeftNamespace(counts, fields) : throw file.Damaged("it tells of codes or indexes of no kind known here");
    }

    private static void WriteText(CheckedWriter file, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        file.Write(bytes.Length);
        file.Write(bytes);
    }

    private static string ReadText(CheckedReader file)
    {
        var length = file.Read<int>();
        if (length < 0 || length > file.Remaining)
            throw file.Damaged("it is too short");
        var bytes = new byte[length];
        file.ReadAll<byte>(bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
