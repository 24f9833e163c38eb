using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann.Ivf;

/// <summary>
/// Lists around centres that were learnt together, with the rows added since: rows <c>0 .. Count - 1</c>, each in one list. One builder;
/// any number of readers beside it.
/// </summary>
internal sealed class ListSet
{
    private const int RowsPerStep = 8_192; // between looks at the cancellation, and after which new rows can be found

    private readonly PointSpace _space;
    private readonly InvertedList[] _lists;
    private int _count;
    private long _listBytes;

    /// <param name="space">Where rows are compared.</param>
    /// <param name="centroids">One for each list.</param>
    /// <param name="code">How rows are coded.</param>
    /// <param name="trainedRows">Rows there were when the centres were learnt.</param>
    public ListSet(PointSpace space, Centroids centroids, ListCode code, int trainedRows)
    {
        _space = space;
        Centroids = centroids;
        Code = code;
        TrainedRows = trainedRows;
        _lists = new InvertedList[centroids.Count];
        for (var i = 0; i < _lists.Length; i++)
            _lists[i] = new InvertedList(code.BlockBytes);
    }

    public PointSpace Space => _space;

    public Centroids Centroids { get; }

    public ListCode Code { get; }

    public int TrainedRows { get; }

    /// <summary>Rows that every reader finds.</summary>
    public int Count => Volatile.Read(ref _count);

    public long Bytes => Centroids.Bytes + Code.Bytes + Volatile.Read(ref _listBytes);

    public InvertedList this[int list] => _lists[list];

    /// <summary>Adds the rows up to a count, each to the list of its nearest centre.</summary>
    public void Extend(RowReader read, int rowCount, int threads, CancellationToken cancellation)
    {
        while (_count < rowCount)
        {
            var first = _count;
            var end = Math.Min(rowCount, first + RowsPerStep);
            var groups = RowGroups.Assign(Centroids, _space, read, place => first + place, end - first, threads, cancellation);
            AddGroups(read, groups, place => first + place, threads, cancellation);
            Volatile.Write(ref _count, end);
        }
    }

    /// <summary>Fills empty lists with the rows that a file says they hold.</summary>
    /// <param name="read">Gives the raw vectors.</param>
    /// <param name="lists">Rows of each list, ascending.</param>
    /// <param name="count">Rows of all lists.</param>
    /// <param name="threads">How many work at once.</param>
    /// <param name="cancellation">Stops between lists.</param>
    public void Fill(RowReader read, int[][] lists, int count, int threads, CancellationToken cancellation)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Parallel.For(0, lists.Length, options, list => AddRows(read, list, lists[list]));
        for (var list = 0; list < lists.Length; list++)
            _lists[list].Publish(lists[list].Length);
        _listBytes = _lists.Sum(list => list.Bytes);
        Volatile.Write(ref _count, count);
    }

    /// <summary>
    /// All rows are written before any is published: where this is cancelled or fails, the lists hold what they held, and the rows are
    /// written again next time.
    /// </summary>
    private void AddGroups(RowReader read, RowGroups groups, Func<int, int> rowAt, int threads, CancellationToken cancellation)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Parallel.For(0, _lists.Length, options, list =>
        {
            var places = groups.Of(list);
            if (places.IsEmpty)
                return;
            var rows = new int[places.Length];
            for (var i = 0; i < rows.Length; i++)
                rows[i] = rowAt(places[i]);
            AddRows(read, list, rows);
        });
        for (var list = 0; list < _lists.Length; list++)
            _lists[list].Publish(_lists[list].Count + groups.Of(list).Length);
        Volatile.Write(ref _listBytes, _lists.Sum(list => list.Bytes));
    }

    /// <summary>Writes rows behind those of a list, without publishing them.</summary>
    private void AddRows(RowReader read, int number, int[] rows)
    {
        var list = _lists[number];
        var place = list.Count;
        list.Reserve(place + rows.Length);
        var point = new float[_space.Dimension];
        var scratch = new float[2 * _space.Dimension];
        foreach (var row in rows)
        {
            _space.Load(read(row), point);
            var error = Code.Encode(point, Centroids.Row(number), list.Place(row, place), place % Codecs.Codec.RowsPerBlock, scratch);
            list.Note(place, error, DistanceOf(point, Centroids.Row(number)));
            place++;
        }
    }

    private static double DistanceOf(ReadOnlySpan<float> point, ReadOnlySpan<float> centroid)
    {
        double squares = 0;
        for (var i = 0; i < point.Length; i++)
        {
            var rest = (double)point[i] - centroid[i];
            squares += rest * rest;
        }

        return Math.Sqrt(squares);
    }
}
