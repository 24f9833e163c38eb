using VectorServer.Storage.IO;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann.Ivf;

/// <summary>
/// Body of the file, little-endian: lists asked for (0: as many as suit), vectors the centres were learnt from, rows, different vectors,
/// lists (int32); without lists nothing more. Then scale and mean of the points (double), the centres (float32, list after list); the code:
/// for <c>ivf_pq</c> the centroids of each sub-vector (float32); then each list: count, vectors by number, ascending (int32). Which rows
/// have which vector, and the codes, are made again from the raw vectors.
/// </summary>
internal sealed partial class IvfIndex
{
    internal override void Write(CheckedWriter file, int count)
    {
        var lists = _lists;
        var vectors = lists is null ? 0 : _distinct.CountOf(count);
        file.Write(ListsAsked ?? 0);
        file.Write(lists?.TrainedRows ?? 0);
        file.Write(lists is null ? 0 : count);
        file.Write(vectors);
        file.Write(lists?.Centroids.Count ?? 0);
        if (lists is null)
            return;
        file.Write(lists.Space.Scale);
        file.WriteAll(lists.Space.Mean);
        file.WriteAll(lists.Centroids.Rows);
        lists.Code.Write(file);
        for (var i = 0; i < lists.Centroids.Count; i++)
        {
            // Vectors are added in order, so those below the count come first.
            var numbers = lists[i].Rows(lists[i].Count);
            var below = numbers.BinarySearch(vectors);
            numbers = numbers[..(below < 0 ? ~below : below)];
            file.Write(numbers.Length);
            file.WriteAll(numbers);
        }
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>.</exception>
    internal static IvfIndex Read(
        CheckedReader file, IndexKind kind, Metric metric, int dimension, RowReader read, CancellationToken cancellation)
    {
        var (asked, trainedRows, count) = (file.Read<int>(), file.Read<int>(), file.Read<int>());
        var (vectors, listCount) = (file.Read<int>(), file.Read<int>());
        if (asked is < 0 or > ListsMax || trainedRows < 0 || count < 0 || vectors < 0 || vectors > count || (vectors == 0) != (count == 0)
            || listCount is < 0 or > ListsMax || (listCount == 0) != (trainedRows == 0) || (listCount == 0 && count > 0))
        {
            throw file.Damaged("its header is not that of an inverted file");
        }

        var index = new IvfIndex(kind, metric, dimension, asked == 0 ? null : asked);
        try
        {
            if (listCount > 0)
                index.ReadLists(file, trainedRows, count, vectors, listCount, read, cancellation);
            if (file.Remaining > 0)
                throw file.Damaged("it goes on behind its end");
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    private void ReadLists(
        CheckedReader file, int trainedRows, int count, int vectors, int listCount, RowReader read, CancellationToken cancellation)
    {
        var scale = file.Read<double>();
        if (!double.IsFinite(scale) || scale <= 0 || (long)listCount * _dimension + 2L * _dimension > file.Remaining / sizeof(float))
            throw file.Damaged("it is too short for its centres");
        var mean = new double[_dimension];
        file.ReadAll(mean.AsSpan());
        if (!mean.All(double.IsFinite))
            throw file.Damaged("its mean is none");
        var space = new PointSpace(_metric, mean, scale);
        var rows = new float[listCount * _dimension];
        file.ReadAll(rows.AsSpan());
        ListCode code = Kind == IndexKind.IvfPq ? ResidualListCode.Read(file, space) : new ByteListCode(space);
        var numbers = ReadNumbers(file, listCount, vectors);
        for (var row = 0; row < count; row++)
        {
            if (row % RowsPerStep == 0)
                cancellation.ThrowIfCancellationRequested();
            _distinct.Add(read, out _);
        }

        if (_distinct.Count != vectors)
            throw file.Damaged("it is of other vectors");
        var lists = new ListSet(space, new Centroids(rows, _dimension), code, trainedRows);
        lists.Fill(VectorsOf(read), numbers, vectors, Math.Max(1, Environment.ProcessorCount - 1), cancellation);
        (_lists, _count) = (lists, count);
    }

    /// <summary>The vectors of each list: every number below the count in one of them.</summary>
    private static int[][] ReadNumbers(CheckedReader file, int listCount, int count)
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
