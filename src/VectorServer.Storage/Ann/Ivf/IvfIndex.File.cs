using VectorServer.Storage.IO;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann.Ivf;

/// <summary>
/// Body of the file, little-endian: lists asked for (0: as many as suit), rows the centres were learnt from, rows, lists (int32);
/// without lists nothing more. Then the centres (float32, list after list); the code: for <c>ivf_flat</c> the bytes of its calibration and their
/// number, for <c>ivf_pq</c> the centroids of each sub-vector (float32); then each list: count, rows, ascending (int32). The codes of the
/// rows are made again from the raw vectors.
/// </summary>
internal sealed partial class IvfIndex
{
    internal override void Write(CheckedWriter file, int count)
    {
        var lists = _lists;
        file.Write(ListsAsked ?? 0);
        file.Write(lists?.TrainedRows ?? 0);
        file.Write(count);
        file.Write(lists?.Centroids.Count ?? 0);
        if (lists is null)
            return;
        file.WriteAll(lists.Centroids.Rows);
        lists.Code.Write(file);
        for (var i = 0; i < lists.Centroids.Count; i++)
        {
            // Rows are added in order, so those below the count come first.
            var rows = lists[i].Rows(lists[i].Count);
            var below = rows.BinarySearch(count);
            rows = rows[..(below < 0 ? ~below : below)];
            file.Write(rows.Length);
            file.WriteAll(rows);
        }
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>.</exception>
    internal static IvfIndex Read(
        CheckedReader file, IndexKind kind, Metric metric, int dimension, RowReader read, CancellationToken cancellation)
    {
        var (asked, trainedRows, count, listCount) = (file.Read<int>(), file.Read<int>(), file.Read<int>(), file.Read<int>());
        if (asked is < 0 or > ListsMax || trainedRows < 0 || count < 0 || listCount is < 0 or > ListsMax || (listCount == 0) != (trainedRows == 0)
            || (listCount == 0 && count > 0))
        {
            throw file.Damaged("its header is not that of an inverted file");
        }

        var index = new IvfIndex(kind, metric, dimension, asked == 0 ? null : asked);
        if (listCount > 0)
            index._lists = ReadLists(file, kind, index._space, trainedRows, count, listCount, read, cancellation);
        if (file.Remaining > 0)
            throw file.Damaged("it goes on behind its end");
        return index;
    }

    private static ListSet ReadLists(
        CheckedReader file, IndexKind kind, PointSpace space, int trainedRows, int count, int listCount, RowReader read, CancellationToken cancellation)
    {
        if ((long)listCount * space.Dimension > file.Remaining / sizeof(float))
            throw file.Damaged("it is too short for its centres");
        var rows = new float[listCount * space.Dimension];
        file.ReadAll(rows.AsSpan());
        ListCode code = kind == IndexKind.IvfPq ? ResidualListCode.Read(file, space) : ByteListCode.Read(file, space);
        var lists = new ListSet(space, new Centroids(rows, space.Dimension), code, trainedRows);
        lists.Fill(read, ReadRows(file, listCount, count), count, Math.Max(1, Environment.ProcessorCount - 1), cancellation);
        return lists;
    }

    /// <summary>The rows of each list: every row below the count in one of them.</summary>
    private static int[][] ReadRows(CheckedReader file, int listCount, int count)
    {
        if (count > file.Remaining / sizeof(int))
            throw file.Damaged("it is too short for its rows");
        var lists = new int[listCount][];
        var isListed = new bool[count];
        var total = 0;
        for (var i = 0; i < listCount; i++)
        {
            var length = file.Read<int>();
            if (length < 0 || length > count - total)
                throw file.Damaged("a list has too many rows");
            total += length;
            lists[i] = new int[length];
            file.ReadAll(lists[i].AsSpan());
            var previous = -1;
            foreach (var row in lists[i])
            {
                if (row <= previous || row >= count || isListed[row])
                    throw file.Damaged("a list holds a row out of order");
                (isListed[row], previous) = (true, row);
            }
        }

        return total == count ? lists : throw file.Damaged("a row is in no list");
    }
}
