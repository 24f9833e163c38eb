using System.Collections.Concurrent;
using VectorServer.Storage.Query;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann.Ivf;

/// <summary>
/// An inverted file: rows in lists around k-means centres, of which a query reads the nearest few. The lists hold codes, eight bits a
/// component (<see cref="IndexKind.IvfFlat"/>) or two (<see cref="IndexKind.IvfPq"/>); what is found is to be ranked exactly from the raw vectors.
/// </summary>
/// <remarks>
/// Rows are added to the nearest list as they come. When there are four times as many as the centres were learnt from, the next
/// <see cref="Prepare"/> learns new ones and makes new lists beside the old, which searches use until those are ready.
/// </remarks>
internal sealed partial class IvfIndex : CandidateIndex
{
    private const int ListsMax = 65_536;
    private const int CentroidFloatsMax = 1 << 28;
    private const int RetrainGrowth = 4;
    private const int ProbesMin = 8;
    private const int ProbedShare = 10; // a tenth of the lists
    private const int CodeSampleRows = 8_192;

    // Costs against a code of half a byte a component: a centre has four bytes, a row of bytes one; table look-ups take as long as two.
    private const int CodesPerCentre = 8;
    private const int CodesPerByteRow = 2;
    private const int CodesPerPqRow = 4;

    private readonly PointSpace _space;
    private readonly ConcurrentBag<IvfScratch> _scratches = [];
    private volatile ListSet? _lists;

    /// <param name="kind"><see cref="IndexKind.IvfFlat"/> or <see cref="IndexKind.IvfPq"/>.</param>
    /// <param name="metric">How rows are ranked.</param>
    /// <param name="dimension">Components of a row.</param>
    /// <param name="lists">Lists wanted; null takes 4 times the root of the rows.</param>
    public IvfIndex(IndexKind kind, Metric metric, int dimension, int? lists)
    {
        Kind = kind;
        ListsAsked = lists;
        _space = new PointSpace(metric, dimension);
    }

    public override IndexKind Kind { get; }

    /// <summary>Lists asked for; null for as many as suit the rows.</summary>
    public int? ListsAsked { get; }

    /// <summary>Lists there are.</summary>
    public int ListCount => _lists?.Centroids.Count ?? 0;

    /// <summary>Rows the lists' centres were learnt from.</summary>
    public int TrainedRows => _lists?.TrainedRows ?? 0;

    public override int Count => _lists?.Count ?? 0;

    public override long Bytes => _lists?.Bytes ?? 0;

    public override long ScannedRows(int count, int? probes)
    {
        var lists = Math.Max(1, ListCount);
        var share = Math.Min(1, ProbesOf(lists, probes) / (double)lists);
        var rows = (long)Math.Max(Math.Min(count, Count), share * Count);
        return (long)lists * CodesPerCentre + rows * (Kind == IndexKind.IvfFlat ? CodesPerByteRow : CodesPerPqRow);
    }

    /// <summary>Learns the lists' centres, if that has not been done or the rows have outgrown them.</summary>
    /// <inheritdoc/>
    public override void Prepare(RowReader read, int rowCount, int threads, CancellationToken cancellation)
    {
        var present = _lists;
        if (rowCount == 0 || (present is not null && rowCount / RetrainGrowth < present.TrainedRows))
            return;
        var centroids = KMeans.Train(_space, read, rowCount, ListsFor(rowCount), threads, cancellation);
        var lists = new ListSet(_space, centroids, TrainCode(centroids, read, rowCount, threads, cancellation), rowCount);
        lists.Extend(read, present?.Count ?? 0, threads, cancellation);
        _lists = lists;
    }

    public override void Extend(RowReader read, int rowCount, int threads, CancellationToken cancellation)
    {
        Prepare(read, rowCount, threads, cancellation);
        _lists?.Extend(read, rowCount, threads, cancellation);
    }

    /// <summary>Reads the nearest lists, and more of them while those hold fewer rows than are wanted.</summary>
    /// <inheritdoc/>
    public override Candidate[] Search(ReadOnlySpan<float> query, int count, int? probes = null)
    {
        if (_lists is not { Count: > 0 } lists)
            return [];
        var scratch = _scratches.TryTake(out var rented) ? rented : new IvfScratch();
        try
        {
            scratch.Begin(lists.Centroids, count);
            _space.Load(query, scratch.Point);
            lists.Centroids.Products(scratch.Point, scratch.Products);
            var prepared = lists.Code.Prepare(scratch.Point);
            var (probed, seen) = (0, 0);
            for (var wanted = ProbesOf(lists.Centroids.Count, probes); ; wanted *= 2)
            {
                RankLists(lists.Centroids, scratch, wanted);
                for (; probed < scratch.NearestLists.Count; probed++)
                    seen += Scan(lists, scratch.NearestLists.NodeAt(probed), prepared, scratch);
                if (seen >= count || probed == lists.Centroids.Count)
                    break;
            }

            var found = new Candidate[scratch.Nearest.Count];
            for (var i = 0; i < found.Length; i++)
                found[i] = new Candidate(scratch.Nearest.NodeAt(i), scratch.Nearest.RankAt(i));
            return found;
        }
        finally
        {
            _scratches.Add(scratch);
        }
    }

    /// <summary>All memory is managed, so that a search may still read lists that were replaced.</summary>
    public override void Dispose() => _lists = null;

    /// <summary>Orders the lists by their centres: by distance, but for dot product by the product itself.</summary>
    private void RankLists(Centroids centroids, IvfScratch scratch, int count)
    {
        var nearest = scratch.NearestLists;
        nearest.Reset(Math.Min(count, centroids.Count));
        var threshold = float.NegativeInfinity;
        for (var list = 0; list < centroids.Count; list++)
        {
            var rank = scratch.Products[list];
            if (_space.Metric != Metric.DotProduct)
                rank -= centroids.HalfSquare(list);
            if (rank < threshold)
                continue;
            nearest.Offer(list, rank);
            threshold = nearest.Threshold;
        }
    }

    private static int Scan(ListSet lists, int number, ListQuery query, IvfScratch scratch)
    {
        var list = lists[number];
        var count = list.Count;
        if (count == 0)
            return 0;
        var ranks = scratch.Ranks(count);
        query.Rank(scratch.Products[number] - 2 * lists.Centroids.HalfSquare(number), list.Blocks(count), ranks);

        var rows = list.Rows(count);
        var nearest = scratch.Nearest;
        var threshold = nearest.Threshold;
        for (var i = 0; i < ranks.Length; i++)
        {
            if (!(ranks[i] > threshold))
                continue;
            nearest.Offer(rows[i], ranks[i]);
            threshold = nearest.Threshold;
        }

        return count;
    }

    private int ListsFor(int rows)
    {
        var wanted = ListsAsked ?? (int)(4 * Math.Sqrt(rows));
        return Math.Clamp(wanted, 1, Math.Min(ListsMax, Math.Max(1, CentroidFloatsMax / _space.Dimension)));
    }

    private ListCode TrainCode(Centroids centroids, RowReader read, int rowCount, int threads, CancellationToken cancellation)
    {
        var count = Math.Min(rowCount, CodeSampleRows);
        var sample = new float[count * _space.Dimension];
        for (var i = 0; i < count; i++)
            _space.Load(read((int)((long)i * rowCount / count)), sample.AsSpan(i * _space.Dimension, _space.Dimension));
        return Kind == IndexKind.IvfPq
            ? ResidualListCode.Train(_space, centroids, sample, threads, cancellation)
            : ByteListCode.Train(_space, sample);
    }

    private static int ProbesOf(int lists, int? asked) => asked ?? Math.Max(ProbesMin, lists / ProbedShare);
}
