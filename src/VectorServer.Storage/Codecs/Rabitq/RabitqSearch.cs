using System.Runtime.CompilerServices;

namespace VectorServer.Storage.Codecs.Rabitq;

/// <summary>One thread's searches of codes of one layout: what they need on the way, kept from one to the next.</summary>
/// <remarks>
/// Centres come nearest first, and one whose rows are all too far is not read. Steps of a chunk of blocks: 1. the planes tell which rows may
/// be near enough; 2. the lower bits narrow them down; 3. the sink scores the best of the rest. The nearest by the planes go through steps 2
/// and 3 first, which leaves fewer of the others.
/// </remarks>
internal sealed unsafe partial class RabitqSearch(RabitqLayout layout)
{
    private const int CandidateBytes = 256; // are read one after another in the time that a row takes to be bounded and sorted
    private const int AheadShare = 4; // of so many times as many rows the nearest are taken first
    private const int ManyOfOnePlane = 10; // one row of so many is left by one plane, and of noise by more, only where all rows are nearly as far
    private const int ManyOfMore = 50;
    private const int RowsSeenMin = 2048; // and as many again, before a search is found to read too many rows

    [ThreadStatic]
    private static RabitqSearch? _last;

    private readonly QueryTables _tables = new(layout);
    private readonly ChunkRows _rows = new();
    private readonly float[] _query = new float[layout.Coordinates];
    private float[] _rest = [];
    private float[] _toCentre = [];
    private int[] _order = [];
    private BoundedCandidate[] _found = new BoundedCandidate[256];

    private RabitqCodec _codec = null!;
    private RabitqCodes _codes = null!;
    private CandidateSink _sink = null!;
    private RankScale _scale;
    private float _queryLength;
    private ErrorBound _bound;
    private long _seen;
    private long _survived;

    // Of the centre whose rows are read.
    private CentreQuery _at;
    private bool _hasBytes;

    /// <summary>The thread's own, for codes of that layout.</summary>
    public static RabitqSearch Of(RabitqLayout layout)
    {
        if (_last is { } last && last.Layout == layout)
            return last;
        return _last = new RabitqSearch(layout);
    }

    private RabitqLayout Layout => layout;

    private bool IsDistance => _codec.Metric != Metric.DotProduct;

    private byte* TablePointer => (byte*)Unsafe.AsPointer(ref _tables.Table[0]); // pinned

    private sbyte* BytesPointer => (sbyte*)Unsafe.AsPointer(ref _tables.Bytes[0]); // pinned

    public bool Run(RabitqCodes codes, RabitqCodec codec, ReadOnlySpan<float> query, CandidateSink sink, CancellationToken cancellation)
    {
        (_codec, _codes, _sink, _bound, _seen, _survived) = (codec, codes, sink, ErrorBound.Usual, 0, 0);
        try
        {
            return Load(query) && TakeUncoded() && ReadCentres(cancellation);
        }
        finally
        {
            (_codec, _codes, _sink) = (null!, null!, null!);
        }
    }

    private bool Load(ReadOnlySpan<float> query)
    {
        if (_rest.Length != _codec.Dimension)
            _rest = new float[_codec.Dimension];
        if (!_codec.Space.TryLoadQuery(query, _rest, out _scale))
            return false;
        _codec.Rotate(_rest, _query);
        _queryLength = (float)Math.Sqrt(Direction.Square(_query));
        return true;
    }

    /// <summary>Rows without a code are always of interest.</summary>
    private bool TakeUncoded()
    {
        var count = 0;
        foreach (var row in _codes.UncodedRows)
        {
            if (_sink.Counts(row))
                Add(ref count, new BoundedCandidate(row, double.PositiveInfinity, double.PositiveInfinity));
        }

        return count == 0 || _sink.Take(_found.AsSpan(0, count));
    }

    private bool ReadCentres(CancellationToken cancellation)
    {
        OrderCentres();
        var left = _codec.CentreCount;
        for (var i = 0; i < left; i++)
        {
            if (i == 1)
                left = SortNearEnough();
            cancellation.ThrowIfCancellationRequested();
            if (i < left && !ReadCentre(_order[i], _toCentre[i]))
                return false;
        }

        _sink.TrustedBy(_bound.At(_codec.Deviation));
        return true;
    }

    /// <summary>The nearest comes first.</summary>
    private void OrderCentres()
    {
        if (_order.Length < _codec.CentreCount)
            (_order, _toCentre) = (new int[_codec.CentreCount], new float[_codec.CentreCount]);
        var nearest = 0;
        for (var centre = 0; centre < _codec.CentreCount; centre++)
        {
            (_order[centre], _toCentre[centre]) = (centre, CostOf(centre));
            if (_toCentre[centre] < _toCentre[nearest])
                nearest = centre;
        }

        (_order[0], _order[nearest]) = (_order[nearest], _order[0]);
        (_toCentre[0], _toCentre[nearest]) = (_toCentre[nearest], _toCentre[0]);
    }

    private float CostOf(int centre) => IsDistance
        ? FloatKernels.Distance(_query, _codec.RotatedCentre(centre))
        : -FloatKernels.Dot(_query, _codec.RotatedCentre(centre));

    /// <summary>Drops centres behind the first whose rows are all too far, which most are, and sorts the others.</summary>
    /// <returns>How many are left.</returns>
    private int SortNearEnough()
    {
        var left = 1;
        for (var i = 1; i < _codec.CentreCount; i++)
        {
            var (centre, cost) = (_order[i], _toCentre[i]);
            if (_codes.RunsOf(centre).Length > 0 && !See(centre, cost).IsTooFar(_codes.LongestOf(centre)))
                (_order[left], _toCentre[left++]) = (centre, cost);
        }

        Array.Sort(_toCentre, _order, 1, left - 1);
        return left;
    }

    private CentreQuery See(int centre, float cost) => Needed(new CentreQuery(IsDistance, cost, _queryLength, _codec.CentreLengths[centre]));

    /// <summary>The same with what the sink knows by now.</summary>
    private CentreQuery Needed(in CentreQuery query) => query.Needing(_scale, _sink.Threshold - _sink.ExtraMax, _bound, _codec.Deviation);

    private bool ReadCentre(int centre, float cost)
    {
        _at = See(centre, cost);
        if (_at.IsTooFar(_codes.LongestOf(centre)))
            return true;
        FillTable(centre);
        foreach (var run in _codes.RunsOf(centre))
        {
            for (var block = run.First; block < run.First + run.Count; block += ChunkRows.BlocksMax)
            {
                if (!ReadChunk(block, Math.Min(run.First + run.Count, block + ChunkRows.BlocksMax)))
                    return false;
            }
        }

        return true;
    }

    private void FillTable(int centre)
    {
        if (IsDistance)
            FloatKernels.Subtract(_query, _codec.RotatedCentre(centre), _tables.Vector);
        else
            _query.CopyTo(_tables.Vector);
        _tables.FillTable();
        _hasBytes = false;
    }

    private bool ReadChunk(int firstBlock, int endBlock)
    {
        _at = Needed(_at);
        _rows.Read(_codes, layout, firstBlock, endBlock, TablePointer);
        var passing = _rows.Test(_codes, layout, new PlaneTest(layout, _tables, _at));
        var above = float.NegativeInfinity;
        var ahead = _sink.Wanted + _sink.Wanted / 2;
        if (ahead <= ChunkRows.NearestMax && passing > AheadShare * ahead)
        {
            above = _rows.BoundOfNearest(ahead);
            _rows.List(float.NegativeInfinity, Math.Min(above, _at.Limit));
            if (!Take())
                return false;
            _at = Needed(_at);
        }

        _rows.List(above, _at.Limit);
        Weigh((endBlock - firstBlock) * RabitqLayout.Rows);
        return Take();
    }

    /// <summary>Where too many rows are left, as among noise, estimates are trusted more.</summary>
    private void Weigh(int rows)
    {
        _seen += rows;
        if (_seen > RowsSeenMin)
            _survived += _rows.Count; // before, little is known to compare rows with
        if (_seen >= 2 * RowsSeenMin && _survived * (layout.Planes == 1 ? ManyOfOnePlane : ManyOfMore) > _seen - RowsSeenMin)
            _bound = ErrorBound.Narrow;
    }

    /// <summary>Steps 2 and 3, of the lanes listed.</summary>
    private bool Take()
    {
        if (_sink.IsSelective)
            _rows.KeepCounting(_codes, _sink);
        var lanes = _rows.Count;
        if (lanes == 0)
            return true;
        if (!_sink.Spend((long)lanes * (layout.LowBytes + CandidateBytes)))
            return false;
        var count = layout.Low == 0 ? BoundBySide(lanes) : BoundByLows(lanes);
        if (count > lanes && !_sink.Spend((long)(count - lanes) * CandidateBytes))
            return false;
        return count == 0 || _sink.Take(_found.AsSpan(0, count));
    }

    /// <summary>The rows of a lane that may be near enough.</summary>
    /// <param name="count">Of those found.</param>
    /// <param name="place">The lane.</param>
    /// <param name="product">What is estimated of the residual's product with the query.</param>
    /// <param name="square">The residual's.</param>
    /// <param name="least">The least distance or negated product, float32's digits left aside.</param>
    private void AddRows(ref int count, int place, float product, float square, float least)
    {
        var cost = _at.Cost;
        var estimate = _at.IsDistance ? cost + square - 2 * product : cost - product;
        var upper = _at.HighestRank(least);
        foreach (var row in _codes.RowsAt(place))
        {
            if (!_sink.Counts(row))
                continue;
            var extra = _sink.Extra(row);
            var candidate = new BoundedCandidate(row, _scale.ToMetric(-estimate) + extra, _scale.ToMetric(upper) + extra);
            if (!(candidate.Upper < _sink.Threshold))
                Add(ref count, candidate);
        }
    }

    private void Add(ref int count, BoundedCandidate candidate)
    {
        if (count == _found.Length)
            Array.Resize(ref _found, 2 * count);
        _found[count++] = candidate;
    }
}
