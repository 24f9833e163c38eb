using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Codecs.Rabitq;

/// <summary>One thread's searches of codes of one layout: what they need on the way, kept from one to the next.</summary>
/// <remarks>
/// The bound is that of <see cref="BoundTest"/>, with g the query without the centre, so that it shrinks with the distance to the centre too.
/// Steps of a chunk of blocks: 1. the planes tell which rows may be near enough; 2. the lower bits narrow them down; 3. the sink scores the
/// best of the rest, which narrows the next chunk. Centres come nearest first, and one whose rows are all too far is not read.
/// </remarks>
internal sealed unsafe class RabitqSearch(RabitqLayout layout)
{
    private const float Digits = 2e-6f; // float32's rounding of coordinates, transform and sums, as a share of lengths
    private const int ChunkBlocksMax = 64;
    private const int ChunkBlocksMin = 2; // nothing is known to compare the first rows with
    private const int Ahead = 16; // lower bits are asked of memory so many rows before they are needed
    private const int RowsSeenMin = 2048; // and as many again, before a search is found to read too many rows

    [ThreadStatic]
    private static RabitqSearch? _last;

    private readonly QueryTables _tables = new(layout);
    private readonly float[] _query = new float[layout.Coordinates];
    private readonly int[] _places = GC.AllocateArray<int>(ChunkBlocksMax * RabitqLayout.Rows + 32, pinned: true);
    private readonly float[] _products = GC.AllocateArray<float>(ChunkBlocksMax * RabitqLayout.Rows + 32, pinned: true);
    private readonly float[] _squares = GC.AllocateArray<float>(ChunkBlocksMax * RabitqLayout.Rows + 32, pinned: true);
    private float[] _rest = [];
    private float[] _toCentre = [];
    private int[] _order = [];
    private BoundedCandidate[] _found = new BoundedCandidate[256];

    private RabitqCodes _codes = null!;
    private CandidateSink _sink = null!;
    private RankScale _scale;
    private bool _isDistance;
    private float _queryLength;
    private ErrorBound _bound;
    private long _seen;
    private long _survived;

    // Of the centre whose rows are read.
    private float _cost; // |g|^2, or less its product with the query
    private float _gapLength; // |g|
    private float _centreLength;
    private bool _hasBytes;

    // Of the rank needed at this moment.
    private float _reach; // distance
    private float _limit; // of squared distances, or of negated products
    private float _errorShare;

    /// <summary>The thread's own, for codes of that layout.</summary>
    public static RabitqSearch Of(RabitqLayout layout)
    {
        if (_last is { } last && last.Layout == layout)
            return last;
        return _last = new RabitqSearch(layout);
    }

    private RabitqLayout Layout => layout;

    public bool Run(RabitqCodes codes, RabitqCodec codec, ReadOnlySpan<float> query, CandidateSink sink, CancellationToken cancellation)
    {
        (_codes, _sink, _bound, _seen, _survived) = (codes, sink, ErrorBound.Usual, 0, 0);
        try
        {
            return Load(codec, query) && TakeUncoded() && ReadCentres(codec, cancellation);
        }
        finally
        {
            (_codes, _sink) = (null!, null!);
        }
    }

    /// <summary>The product with the query of each row's code, undone of what the code has lost, and what belongs to its centre: ranks of the space.</summary>
    public bool Estimate(RabitqCodes codes, RabitqCodec codec, ReadOnlySpan<float> query, Span<double> ranks)
    {
        _codes = codes;
        if (!Load(codec, query))
            return false;
        for (var centre = 0; centre < codec.CentreCount; centre++)
        {
            Enter(codec, centre, _isDistance ? FloatKernels.Distance(_query, codec.RotatedCentre(centre)) : -FloatKernels.Dot(_query, codec.RotatedCentre(centre)));
            if (layout.Low > 0)
                _tables.FillBytes();
            foreach (var run in codes.RunsOf(centre))
            {
                for (var block = run.First; block < run.First + run.Count; block++)
                    EstimateBlock(block, ranks);
            }
        }

        return true;
    }

    private void EstimateBlock(int block, Span<double> ranks)
    {
        SignScore.Block(_codes.Block(block), TablePointer, layout, out var low, out var high);
        for (var lane = 0; lane < RabitqLayout.Rows; lane++)
        {
            var place = block * RabitqLayout.Rows + lane;
            var (factor, square) = (SideOf(place)[lane], SideOf(place)[RabitqLayout.Rows + lane]);
            if (float.IsInfinity(square))
                continue;
            var product = (lane < 16 ? low[lane] : high[lane - 16]) * _tables.Level + _tables.Base;
            if (layout.Low > 0)
            {
                var row = _codes.Low(place);
                product = product * (1 << layout.Low) + LowScore.Dot(row, row, row, row, BytesPointer, layout)[0] * _tables.LowLevel + _tables.LowBase;
                factor = ((float*)(row + layout.LowSideOffset))[0];
            }

            var rank = _isDistance ? 2 * factor * product - _cost - square : factor * product - _cost;
            foreach (var row in _codes.RowsAt(place))
            {
                if (row < ranks.Length)
                    ranks[row] = _scale.ToMetric(rank);
            }
        }
    }

    private byte* TablePointer => (byte*)Unsafe.AsPointer(ref _tables.Table[0]); // pinned

    private sbyte* BytesPointer => (sbyte*)Unsafe.AsPointer(ref _tables.Bytes[0]); // pinned

    private float* SideOf(int place) => (float*)(_codes.Block(place / RabitqLayout.Rows) + layout.SideOffset);

    private bool Load(RabitqCodec codec, ReadOnlySpan<float> query)
    {
        if (_rest.Length != codec.Dimension)
            _rest = new float[codec.Dimension];
        if (!codec.Space.TryLoadQuery(query, _rest, out _scale))
            return false;
        codec.Rotate(_rest, _query);
        _isDistance = codec.Metric != Scoring.Metric.DotProduct;
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

    private bool ReadCentres(RabitqCodec codec, CancellationToken cancellation)
    {
        OrderCentres(codec);
        var chunkBlocks = ChunkBlocksMin;
        for (var i = 0; i < codec.CentreCount; i++)
        {
            var centre = _order[i];
            var runs = _codes.RunsOf(centre);
            if (runs.Length == 0)
                continue;
            cancellation.ThrowIfCancellationRequested();
            _centreLength = codec.CentreLengths[centre];
            _cost = _toCentre[i];
            _gapLength = _isDistance ? MathF.Sqrt(_cost) : _queryLength;
            Narrow();
            if (IsTooFar(_codes.LongestOf(centre)))
                continue;
            Enter(codec, centre, _cost);
            foreach (var run in runs)
            {
                for (var block = run.First; block < run.First + run.Count;)
                {
                    var end = Math.Min(run.First + run.Count, block + chunkBlocks);
                    if (!ReadChunk(block, end))
                        return false;
                    block = end;
                    chunkBlocks = Math.Min(ChunkBlocksMax, 2 * chunkBlocks);
                }
            }
        }

        _sink.TrustedBy(_bound.At(codec.Deviation));
        return true;
    }

    private void OrderCentres(RabitqCodec codec)
    {
        if (_order.Length < codec.CentreCount)
            (_order, _toCentre) = (new int[codec.CentreCount], new float[codec.CentreCount]);
        for (var centre = 0; centre < codec.CentreCount; centre++)
        {
            _order[centre] = centre;
            _toCentre[centre] = _isDistance
                ? FloatKernels.Distance(_query, codec.RotatedCentre(centre))
                : -FloatKernels.Dot(_query, codec.RotatedCentre(centre));
        }

        if (codec.CentreCount > 1)
            Array.Sort(_toCentre, _order, 0, codec.CentreCount);
    }

    /// <summary>Takes what the sink knows by now.</summary>
    private void Narrow()
    {
        var threshold = _sink.Threshold - _sink.ExtraMax;
        var needed = double.IsNegativeInfinity(threshold) ? threshold : _scale.FromMetric(threshold) - Math.Abs(threshold) * 1e-15 / _scale.Factor;
        var share = _bound.Share(Deviation);
        if (_isDistance)
        {
            var reach = Math.Sqrt(Math.Max(0, -needed)) * (1 + Digits) + Digits * (_queryLength + _centreLength);
            _reach = (float)Math.Min(float.MaxValue, reach);
            _limit = (float)Math.Min(float.MaxValue, reach * reach + Digits * _cost);
            _errorShare = share * Math.Min(_reach, _gapLength);
        }
        else
        {
            _limit = (float)Math.Min(float.MaxValue, -needed + Digits * (1 + Math.Abs(needed)));
            _errorShare = share * _queryLength;
        }
    }

    private float Deviation => 1 / MathF.Sqrt(Math.Max(1, _rest.Length - 1));

    private bool AddsUp => _bound.Share(Deviation) >= 1;

    /// <summary>By the triangle inequality.</summary>
    private bool IsTooFar(float longest) => _isDistance
        ? _gapLength * (1 - Digits) - longest > _reach
        : _cost - _queryLength * longest * (1 + Digits) > _limit;

    private void Enter(RabitqCodec codec, int centre, float cost)
    {
        _cost = cost;
        if (_isDistance)
            FloatKernels.Subtract(_query, codec.RotatedCentre(centre), _tables.Vector);
        else
            _query.CopyTo(_tables.Vector);
        _tables.FillTable();
        _hasBytes = false;
    }

    private bool ReadChunk(int firstBlock, int endBlock)
    {
        Narrow();
        var survivors = ReadPlanes(firstBlock, endBlock);
        _seen += (endBlock - firstBlock) * RabitqLayout.Rows;
        if (_seen > RowsSeenMin)
            _survived += survivors; // before, little is known to compare rows with
        if (_seen >= 2 * RowsSeenMin && _survived * 10 > _seen - RowsSeenMin)
            _bound = ErrorBound.Narrow;
        if (survivors == 0)
            return true;
        if (_sink.IsSelective)
            survivors = LeaveCounting(survivors);
        if (!_sink.Spend((long)survivors * layout.LowBytes))
            return false;
        var count = layout.Low == 0 ? BoundBySide(survivors) : BoundByLows(survivors);
        return count == 0 || _sink.Take(_found.AsSpan(0, count));
    }

    /// <summary>Step 1.</summary>
    /// <returns>How many rows may be near enough.</returns>
    private int ReadPlanes(int firstBlock, int endBlock)
    {
        var count = 0;
        var table = TablePointer;
        var codes = _codes;
        var test = new PlaneTest(this);
        for (var block = firstBlock; block < endBlock; block++)
        {
            var planes = codes.Block(block);
            SignScore.Block(planes, table, layout, out var low, out var high);
            var side = (float*)(planes + layout.SideOffset);
            var lowProducts = Vector512.ConvertToSingle(low) * test.Level + Vector512.Create(test.Base);
            var highProducts = Vector512.ConvertToSingle(high) * test.Level + Vector512.Create(test.Base);
            var lowKept = test.Keep(lowProducts, side);
            var highKept = test.Keep(highProducts, side + 16);
            if ((lowKept | highKept).ExtractMostSignificantBits() == 0)
                continue;
            var place = block * RabitqLayout.Rows;
            count = Collect(count, place, lowKept, lowProducts, Vector512.Load(side + RabitqLayout.Rows));
            count = Collect(count, place + 16, highKept, highProducts, Vector512.Load(side + RabitqLayout.Rows + 16));
        }

        return count;
    }

    /// <summary>Adds the lanes kept, packed to the left without a branch for each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Collect(int count, int firstPlace, Vector512<float> kept, Vector512<float> products, Vector512<float> squares)
    {
        var bits = kept.ExtractMostSignificantBits();
        if (Avx512F.IsSupported)
        {
            Avx512F.Compress(Vector512<int>.Zero, kept.AsInt32(), Vector512<int>.Indices + Vector512.Create(firstPlace)).Store(PlacesPointer + count);
            Avx512F.Compress(Vector512<float>.Zero, kept, products).Store(ProductsPointer + count);
            Avx512F.Compress(Vector512<float>.Zero, kept, squares).Store(SquaresPointer + count);
            return count + BitOperations.PopCount(bits);
        }

        for (; bits != 0; bits &= bits - 1, count++)
        {
            var lane = BitOperations.TrailingZeroCount(bits);
            (_places[count], _products[count], _squares[count]) = (firstPlace + lane, products[lane], squares[lane]);
        }

        return count;
    }

    private int* PlacesPointer => (int*)Unsafe.AsPointer(ref _places[0]); // pinned, as are the others

    private float* ProductsPointer => (float*)Unsafe.AsPointer(ref _products[0]);

    private float* SquaresPointer => (float*)Unsafe.AsPointer(ref _squares[0]);

    /// <summary>What decides by the planes, in registers.</summary>
    private readonly struct PlaneTest
    {
        public readonly float Level;
        public readonly float Base;
        private readonly float _cost;
        private readonly float _limit;
        private readonly float _weight;
        private readonly float _squareWeight;
        private readonly float _errorShare;
        private readonly float _rounding;
        private readonly float _codeSquare; // of a code of signs; below zero where rows keep their error
        private readonly bool _addsUp;

        public PlaneTest(RabitqSearch search)
        {
            var tables = search._tables;
            (Level, Base, _cost, _limit, _errorShare, _addsUp) = (tables.Level, tables.Base, search._cost, search._limit, search._errorShare, search.AddsUp);
            (_weight, _squareWeight) = search._isDistance ? (2, 1 - Digits) : (1, 0);
            _rounding = _addsUp ? tables.TableError : Math.Min(tables.TableError, search._bound.Kappa * tables.TableDeviation);
            _codeSquare = search.Layout.HasError ? -1 : search.Layout.Coordinates / 4f * (1 + 1e-6f);
        }

        /// <summary>All bits of the lanes that may be near enough; free lanes are not.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Keep(Vector512<float> products, float* side)
        {
            var factor = Vector512.Load(side);
            var square = Vector512.Load(side + RabitqLayout.Rows);
            Vector512<float> errorSquare;
            if (_codeSquare < 0)
            {
                var error = Vector512.Load(side + 2 * RabitqLayout.Rows);
                errorSquare = error * error;
            }
            else
            {
                errorSquare = Vector512.Max(factor * factor * _codeSquare - square, default);
            }

            var width = _addsUp
                ? Vector512.Sqrt(errorSquare) * _errorShare + factor * _rounding
                : RootUp(errorSquare * (_errorShare * _errorShare) + factor * factor * (_rounding * _rounding));
            var least = Vector512.Create(_cost) + square * _squareWeight - (factor * products + width) * _weight;
            return Vector512.LessThanOrEqual(least, Vector512.Create(_limit));
        }

        /// <summary>The root or a little more.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<float> RootUp(Vector512<float> squares)
        {
            if (!Avx512F.IsSupported)
                return Vector512.Sqrt(squares);
            var positive = Vector512.Max(squares, Vector512.Create(1e-30f));
            return positive * Avx512F.ReciprocalSqrt14(positive) * 1.0002f;
        }
    }

    private int LeaveCounting(int survivors)
    {
        var count = 0;
        for (var i = 0; i < survivors; i++)
        {
            var counts = false;
            foreach (var row in _codes.RowsAt(_places[i]))
                counts = counts || _sink.Counts(row);
            (_places[count], _products[count], _squares[count]) = (_places[i], _products[i], _squares[i]);
            count += counts ? 1 : 0;
        }

        return count;
    }

    /// <summary>Step 2 where all bits are in planes.</summary>
    private int BoundBySide(int survivors)
    {
        var count = 0;
        var rounding = AddsUp ? _tables.TableError : Math.Min(_tables.TableError, _bound.Kappa * _tables.TableDeviation);
        for (var i = 0; i < survivors; i++)
        {
            var side = SideOf(_places[i]) + _places[i] % RabitqLayout.Rows;
            var (factor, square) = (side[0], _squares[i]);
            var error = layout.HasError ? side[2 * RabitqLayout.Rows] : MathF.Sqrt(Math.Max(0, factor * factor * layout.Coordinates / 4 - square));
            var (product, fromCode, fromRounding) = (factor * _products[i], error * _errorShare, factor * rounding);
            var width = AddsUp ? fromCode + fromRounding : MathF.Sqrt(fromCode * fromCode + fromRounding * fromRounding);
            AddRows(ref count, _places[i], product, square, _isDistance ? _cost + square * (1 - Digits) - 2 * (product + width) : _cost - product - width);
        }

        return count;
    }

    /// <summary>Step 2 by the lower bits, four rows at a time.</summary>
    private int BoundByLows(int survivors)
    {
        if (!_hasBytes)
            _tables.FillBytes();
        _hasBytes = true;
        var rounding = AddsUp ? _tables.Error : Math.Min(_tables.Error, _bound.Kappa * _tables.Deviation);
        var (weight, squareWeight) = _isDistance ? (2f, 1 - Digits) : (1, 0);
        var addsUp = AddsUp;
        var scale = (float)(1 << layout.Low);
        var rows = stackalloc byte*[Ahead]; // a ring of the rows whose lower bits are on their way
        for (var i = survivors; i % 4 != 0; i++)
            _places[i] = _places[survivors - 1];
        for (var i = 0; i < Math.Min((survivors + 3) / 4 * 4, Ahead); i++)
            rows[i] = Fetch(_places[i]);
        var count = 0;
        var at = 0; // of the ring
        for (var i = 0; i < survivors; i += 4)
        {
            byte* row0 = rows[at], row1 = rows[at + 1], row2 = rows[at + 2], row3 = rows[at + 3]; // the ring is whole fours
            for (var j = 0; j < 4 && i + Ahead + j < (survivors + 3) / 4 * 4; j++)
                rows[at + j] = Fetch(_places[i + Ahead + j]);
            at = (at + 4) % Ahead;
            var dots = LowScore.Dot(row0, row1, row2, row3, BytesPointer, layout);
            var sides0 = Vector128.Create(*(double*)(row0 + layout.LowSideOffset), *(double*)(row1 + layout.LowSideOffset)).AsSingle();
            var sides1 = Vector128.Create(*(double*)(row2 + layout.LowSideOffset), *(double*)(row3 + layout.LowSideOffset)).AsSingle();
            var factors = Vector128.Create(sides0[0], sides0[2], sides1[0], sides1[2]);
            var errors = Vector128.Create(sides0[1], sides0[3], sides1[1], sides1[3]);
            if (Sse.IsSupported)
                (factors, errors) = (Sse.Shuffle(sides0, sides1, 0b10_00_10_00), Sse.Shuffle(sides0, sides1, 0b11_01_11_01));
            var products = Vector128.Load(ProductsPointer + i) * scale + Vector128.ConvertToSingle(dots) * _tables.LowLevel + Vector128.Create(_tables.LowBase);
            var square = Vector128.Load(SquaresPointer + i);
            var (fromCode, fromRounding) = (errors * _errorShare, factors * rounding);
            var width = addsUp ? fromCode + fromRounding : Vector128.Sqrt(fromCode * fromCode + fromRounding * fromRounding);
            var least = Vector128.Create(_cost) + square * squareWeight - (factors * products + width) * weight;
            var kept = ~Vector128.GreaterThan(least, Vector128.Create(_limit)).ExtractMostSignificantBits() & 15;
            kept &= survivors - i < 4 ? (1u << (survivors - i)) - 1 : 15;
            for (; kept != 0; kept &= kept - 1)
            {
                var j = BitOperations.TrailingZeroCount(kept);
                AddRows(ref count, _places[i + j], factors[j] * products[j], square[j], least[j]);
            }
        }

        return count;
    }

    /// <summary>The rows of a lane that may be near enough.</summary>
    /// <param name="count">Of those found.</param>
    /// <param name="place">The lane.</param>
    /// <param name="product">What is estimated of the residual's product with the query.</param>
    /// <param name="square">The residual's.</param>
    /// <param name="least">The least distance or negated product, float32's digits left aside.</param>
    private void AddRows(ref int count, int place, float product, float square, float least)
    {
        // What was added to the limit for float32's digits belongs to the bound.
        var estimate = _isDistance ? _cost + square - 2 * product : _cost - product;
        var upper = _isDistance ? Digits * _cost - least : Digits * (1 + Math.Abs(least)) - least;
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

    /// <summary>Asks memory for the lower bits of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Fetch(int place)
    {
        var row = _codes.Low(place);
        if (Sse.IsSupported)
        {
            for (var at = 0; at < layout.LowBytes; at += 64)
                Sse.Prefetch0(row + at);
            Sse.Prefetch0(row + layout.LowSideOffset);
        }

        return row;
    }
}
