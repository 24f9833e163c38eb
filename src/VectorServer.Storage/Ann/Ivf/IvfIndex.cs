using System.Collections.Concurrent;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann.Ivf;

/// <summary>
/// An inverted file: the different vectors of the rows in lists around k-means centres. The lists hold codes, eight bits a component
/// (<see cref="IndexKind.IvfFlat"/>) or two (<see cref="IndexKind.IvfPq"/>); what is found is to be ranked exactly from the raw vectors.
/// </summary>
/// <remarks>
/// A query reads lists from the nearest centre on and leaves out those that cannot hold a better row: a list's radius and the distance to its
/// centre bound what it may hold. It ends after as many lists as the effort says. Rows are added to the nearest list as they come. When there
/// are four times as many as the centres were learnt from, the next <see cref="Prepare"/> learns new ones and makes new lists beside the old,
/// which searches use until those are ready.
/// </remarks>
internal sealed partial class IvfIndex : CandidateIndex
{
    private const int ListsMax = 65_536;
    private const int CentroidFloatsMax = 1 << 28;
    private const int RetrainGrowth = 4;
    private const int CodeSampleRows = 8_192;
    private const int RowsPerStep = 1_024; // between looks at the cancellation

    // Costs against a code of half a byte a component, until they were measured: a centre has four bytes, a row of bytes one; table look-ups
    // take as long as two.
    private const int CodesPerCentre = 8;
    private const int CodesPerByteRow = 2;
    private const int CodesPerPqRow = 4;

    private readonly Metric _metric;
    private readonly int _dimension;
    private readonly DistinctRows _distinct = new();
    private readonly ConcurrentBag<IvfScratch> _scratches = [];
    private volatile ListSet? _lists;
    private int _count;

    /// <param name="kind"><see cref="IndexKind.IvfFlat"/> or <see cref="IndexKind.IvfPq"/>.</param>
    /// <param name="metric">How rows are ranked.</param>
    /// <param name="dimension">Components of a row.</param>
    /// <param name="lists">Lists wanted; null takes 4 times the root of the rows.</param>
    public IvfIndex(IndexKind kind, Metric metric, int dimension, int? lists)
    {
        Kind = kind;
        ListsAsked = lists;
        (_metric, _dimension) = (metric, dimension);
    }

    public override IndexKind Kind { get; }

    /// <summary>Lists asked for; null for as many as suit the rows.</summary>
    public int? ListsAsked { get; }

    /// <summary>Lists there are: as many as the different vectors allow.</summary>
    public override int Lists => _lists?.Centroids.Count ?? 0;

    /// <summary>Different vectors the lists' centres were learnt from.</summary>
    public int TrainedRows => _lists?.TrainedRows ?? 0;

    public override int Count => Volatile.Read(ref _count);

    public override long Bytes => (_lists?.Bytes ?? 0) + _distinct.Bytes;

    /// <summary>All, however many there will be when it is searched: those that cannot hold a nearer row are left out.</summary>
    public override int UsualEffort => ListsMax;

    public override long ScannedRows(int effort)
    {
        var lists = Math.Max(1, Lists);
        if (Held is { } held)
            return (long)(Math.Min(effort, lists) * held.RowsPerEffort);
        var rows = (long)(Math.Min(1, effort / (double)lists) * Count);
        return (long)lists * CodesPerCentre + rows * (Kind == IndexKind.IvfFlat ? CodesPerByteRow : CodesPerPqRow);
    }

    /// <summary>Learns the lists' centres, if that has not been done or the rows have outgrown them.</summary>
    /// <inheritdoc/>
    public override void Prepare(RowReader read, int rowCount, int threads, CancellationToken cancellation)
    {
        var present = _lists;
        while (_distinct.RowCount < rowCount)
        {
            if (_distinct.RowCount % RowsPerStep == 0)
                cancellation.ThrowIfCancellationRequested();
            _distinct.Add(read, out _);
        }

        if (rowCount == 0 || (present is not null && _distinct.Count / RetrainGrowth < present.TrainedRows))
            return;
        var vectors = VectorsOf(read);
        var space = PointSpace.Learn(_metric, _dimension, read, rowCount);
        var centroids = KMeans.Train(space, vectors, _distinct.Count, ListsFor(_distinct.Count), threads, cancellation);
        var lists = new ListSet(space, centroids, TrainCode(space, centroids, vectors, threads, cancellation), _distinct.Count);
        lists.Extend(vectors, present?.Count ?? 0, threads, cancellation);
        Held = null; // measured with other lists
        _lists = lists;
    }

    public override void Extend(RowReader read, int rowCount, int threads, CancellationToken cancellation)
    {
        Prepare(read, rowCount, threads, cancellation);
        if (_lists is not { } lists)
            return;
        var vectors = _distinct.CountOf(rowCount);
        try
        {
            lists.Extend(VectorsOf(read), vectors, threads, cancellation);
        }
        finally
        {
            // Where it was cancelled: the rows before the first whose vector is in no list.
            var count = lists.Count >= vectors ? rowCount : _distinct.First(lists.Count);
            Volatile.Write(ref _count, Math.Max(_count, count));
        }
    }

    public override FoundRows Search(ReadOnlySpan<float> query, in SearchAsk ask)
    {
        if (_lists is not { Count: > 0 } lists)
            return FoundRows.None;
        var scratch = _scratches.TryTake(out var rented) ? rented : new IvfScratch();
        try
        {
            scratch.Begin(lists.Centroids, ask.TopK);
            var toRank = lists.Space.LoadQuery(query, scratch.Point);
            lists.Centroids.Products(scratch.Point, scratch.Products);
            var isComplete = ReadLists(lists, ask, scratch);
            return Found(scratch, toRank) with { IsCertain = isComplete && lists.Code.IsCertain && IsInRange(lists, scratch.Point) };
        }
        finally
        {
            _scratches.Add(scratch);
        }
    }

    public override int NextCopy(int row) => _distinct.Previous(row);

    public override void Dispose()
    {
        _lists = null; // managed memory, which a search may still read
        _distinct.Dispose();
    }

    private RowReader VectorsOf(RowReader read) => number => read(_distinct.First(number));

    /// <summary>Whether nothing was cut to <see cref="PointSpace.LargestComponent"/>: bounds know nothing of that.</summary>
    private static bool IsInRange(ListSet lists, float[] point)
    {
        const float most = PointSpace.LargestComponent / 4;
        for (var list = 0; list < lists.Centroids.Count; list++)
        {
            if (!(lists[list].Radius < most) || !(lists.Centroids.HalfSquare(list) < most * (double)most))
                return false;
        }

        return !point.AsSpan().ContainsAnyExceptInRange(-most, most);
    }

    /// <summary>Reads lists from the nearest on: as many as the effort says, more while they held too few rows, none that cannot matter.</summary>
    /// <returns>Whether all others were ruled out.</returns>
    private bool ReadLists(ListSet lists, in SearchAsk ask, IvfScratch scratch)
    {
        double squares = 0;
        foreach (var value in scratch.Point)
            squares += (double)value * value;
        var prepared = lists.Code.Prepare(scratch.Point);
        var (place, read) = (0, 0);
        for (var wanted = ask.Effort; ; wanted = (int)Math.Min(int.MaxValue, wanted * 2L))
        {
            RankLists(lists, scratch, wanted);
            for (; place < scratch.NearestLists.Count; place++)
            {
                var number = scratch.NearestLists.NodeAt(place);
                if (lists[number].Count == 0 || MostOf(lists, number, squares, scratch) < scratch.Threshold)
                    continue;
                if (read >= ask.Effort && scratch.Promising.Count >= ask.TopK)
                    return false;
                Read(lists, number, prepared, ask, scratch);
                read++;
            }

            if (place == lists.Centroids.Count)
                return true;
        }
    }

    /// <summary>Orders the lists by their centres: by distance, but for dot product by the product itself.</summary>
    private static void RankLists(ListSet lists, IvfScratch scratch, int count)
    {
        var centroids = lists.Centroids;
        var nearest = scratch.NearestLists;
        nearest.Reset(Math.Min(count, centroids.Count));
        var threshold = float.NegativeInfinity;
        for (var list = 0; list < centroids.Count; list++)
        {
            var rank = scratch.Products[list];
            if (lists.Space.IsDistance)
                rank -= centroids.HalfSquare(list);
            if (rank < threshold)
                continue;
            nearest.Offer(list, rank);
            threshold = nearest.Threshold;
        }
    }

    /// <summary>How near a row of a list may be, by the triangle inequality.</summary>
    private static double MostOf(ListSet lists, int number, double squares, IvfScratch scratch)
    {
        var radius = (double)lists[number].Radius;
        if (!lists.Space.IsDistance)
            return scratch.Products[number] + Math.Sqrt(squares) * (radius + 1e-5 * Math.Sqrt(2 * lists.Centroids.HalfSquare(number)));
        var halfSquare = lists.Centroids.HalfSquare(number);
        var toCentre = squares - 2.0 * scratch.Products[number] + 2.0 * halfSquare;
        var rounding = 1e-5 * (squares + 2 * halfSquare); // products are float32
        var least = Math.Sqrt(Math.Max(0, toCentre - rounding)) - radius;
        return least > 0 ? -least * least : 0;
    }

    private void Read(ListSet lists, int number, ListQuery query, in SearchAsk ask, IvfScratch scratch)
    {
        var list = lists[number];
        var count = list.Count;
        var nears = scratch.Nears(count);
        var widths = scratch.Widths(count);
        query.Estimate(scratch.Products[number] - 2 * lists.Centroids.HalfSquare(number), list.Blocks(count), list.Errors(count), nears, widths);
        var vectors = list.Rows(count);
        for (var i = 0; i < count; i++)
        {
            if ((double)nears[i] + widths[i] >= scratch.Threshold && (ask.Accepts is null || AcceptsVector(ask.Accepts, vectors[i])))
                scratch.Add(vectors[i], nears[i], widths[i]);
        }
    }

    private bool AcceptsVector(Func<int, bool> accepts, int number)
    {
        for (var row = _distinct.Newest(number); row >= 0; row = _distinct.Previous(row))
        {
            if (accepts(row))
                return true;
        }

        return false;
    }

    private FoundRows Found(IvfScratch scratch, PointRank toRank)
    {
        var threshold = scratch.Threshold;
        var rows = new List<FoundRow>();
        foreach (var (number, near, width) in scratch.Promising)
        {
            if ((double)near + width >= threshold)
                rows.Add(new FoundRow(_distinct.Newest(number), toRank.Of(near), toRank.Of((double)near + width)));
        }

        rows.Sort(static (left, right) => right.Rank.CompareTo(left.Rank));
        return new FoundRows([.. rows], double.NegativeInfinity);
    }

    private int ListsFor(int vectors)
    {
        var wanted = ListsAsked ?? (int)(4 * Math.Sqrt(vectors));
        return Math.Clamp(wanted, 1, Math.Min(ListsMax, Math.Max(1, CentroidFloatsMax / _dimension)));
    }

    private ListCode TrainCode(PointSpace space, Centroids centroids, RowReader vectors, int threads, CancellationToken cancellation)
    {
        if (Kind == IndexKind.IvfFlat)
            return new ByteListCode(space);
        var count = Math.Min(_distinct.Count, CodeSampleRows);
        var sample = new float[count * _dimension];
        for (var i = 0; i < count; i++)
            space.Load(vectors((int)((long)i * _distinct.Count / count)), sample.AsSpan(i * _dimension, _dimension));
        return ResidualListCode.Train(space, centroids, sample, threads, cancellation);
    }
}
