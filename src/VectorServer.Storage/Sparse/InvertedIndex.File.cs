using VectorServer.Storage.IO;

namespace VectorServer.Storage.Sparse;

/// <summary>
/// The part that is saved: <c>sparse.bin</c>, the inverted lists of a generation's first rows, little-endian: magic "VSSPARS" and format
/// version (8 bytes); rows, those of them that have a sparse vector, lists (int32); of each list its index (uint32) and postings (int32);
/// of each list the postings' rows (int32) and values (float32); CRC-32C of all before. Rows never change, so it stays true while later
/// ones are added.
/// </summary>
internal sealed partial class InvertedIndex
{
    private const ulong Magic = 0x0153_5241_5053_5356; // "VSSPARS", version 1, little-endian

    /// <summary>Saves the lists of the first <paramref name="rows"/> rows, which are durable already.</summary>
    /// <param name="disk">Where they are saved.</param>
    /// <param name="path">The file.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="sparseRows">How many of them have a sparse vector.</param>
    /// <param name="cancellation">Asked once a list.</param>
    public void Save(Disk disk, string path, int rows, int sparseRows, CancellationToken cancellation)
    {
        var lists = new List<(uint Index, PostingList.Postings Postings, int Count)>();
        foreach (var (index, list) in _lists)
        {
            var postings = list.Read();
            if (postings.Count > 0 && postings.Seek(rows, 0) is var count and > 0)
                lists.Add((index, postings, count));
        }

        using var file = new CheckedWriter(disk, path);
        file.Write(Magic);
        file.Write(rows);
        file.Write(sparseRows);
        file.Write(lists.Count);
        foreach (var (index, _, count) in lists)
        {
            file.Write(index);
            file.Write(count);
        }

        foreach (var (_, postings, count) in lists)
        {
            cancellation.ThrowIfCancellationRequested();
            file.WriteAll(postings.FirstRows(count));
            file.WriteAll(postings.FirstValues(count));
        }

        file.Commit();
    }

    /// <summary>Fills an empty index with the saved lists.</summary>
    /// <returns>Rows that were looked at for them.</returns>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: damaged, or of rows that there are not; nothing is taken.</exception>
    public int Load(string path, int rowsMax)
    {
        using var file = new CheckedReader(path);
        if (file.Read<ulong>() != Magic)
            throw file.Damaged("it does not begin as one");
        var (rows, sparseRows, listCount) = (file.Read<int>(), file.Read<int>(), file.Read<int>());
        if (rows < 0 || rows > rowsMax || sparseRows < 0 || sparseRows > rows || listCount < 0 || listCount * 8L > file.Remaining)
            throw file.Damaged("it is of other rows");
        var heads = new (uint Index, int Count)[listCount];
        foreach (ref var head in heads.AsSpan())
            head = (file.Read<uint>(), file.Read<int>());
        if (heads.Any(head => head.Count < 1) || heads.Sum(head => 8L * head.Count) != file.Remaining)
            throw file.Damaged("its lists are not as long as they should be");

        var lists = new Dictionary<uint, PostingList>(listCount);
        foreach (var (index, count) in heads)
        {
            var (itsRows, values) = (new int[count], new float[count]);
            file.ReadAll<int>(itsRows);
            file.ReadAll<float>(values);
            if (!AreAscending(itsRows, rows) || !lists.TryAdd(index, PostingList.Of(itsRows, values)))
                throw file.Damaged("a list of it has other rows");
        }

        foreach (var (index, list) in lists)
            _lists[index] = list;
        RowCount = sparseRows;
        return rows;
    }

    /// <summary>Lets go of what was loaded.</summary>
    public void Clear()
    {
        _lists.Clear();
        RowCount = 0;
    }

    private static bool AreAscending(int[] rows, int rowCount)
    {
        var before = -1;
        foreach (var row in rows)
        {
            if (row <= before)
                return false;
            before = row;
        }

        return before < rowCount;
    }
}
