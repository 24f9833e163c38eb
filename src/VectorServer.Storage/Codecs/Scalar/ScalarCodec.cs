using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Codecs.Scalar;

/// <summary>
/// Every coordinate of a vector, rounded to a few bits: <c>spectral_4bit</c>, <c>_2bit</c> and <c>_1bit</c> of a rotated vector,
/// <c>sq8</c> of the vector itself.
/// </summary>
/// <remarks>
/// Vectors are scaled to length 1 and the index's mean m is taken off. With r = x - m and its code c:
/// <c>q.x = (q - m).r + m.x + q.m - m.m</c>. <c>(q - m).r</c> is estimated by <c>(q - m).c * r.r / r.c</c>, which after a random rotation
/// is unbiased and exact for the row itself; <c>m.x</c> is kept with the row and the rest belongs to the query.
/// The estimator is that of Gao and Long, RaBitQ (2024), here with levels on a grid whose step is the row's own.
/// </remarks>
internal sealed partial class ScalarCodec : Codec
{
    private readonly CoordinateTransform _transform;
    private readonly ScalarLayout _layout;
    private readonly LevelGrid _grid;
    private readonly MeanVector _mean;

    private ScalarCodec(Compression compression, Metric metric, CoordinateTransform transform, MeanVector mean)
        : base(compression, metric, transform.Dimension)
    {
        _transform = transform;
        _mean = mean;
        _layout = new ScalarLayout(transform.Count, BitsOf(compression), metric);
        _grid = new LevelGrid(_layout.Bits);
    }

    public override int BlockBytes => _layout.BlockBytes;

    internal ScalarLayout Layout => _layout;

    public override void Encode(ReadOnlySpan<float> vector, Span<byte> block, int rowInBlock)
    {
        if (vector.Length != Dimension || block.Length != BlockBytes)
            throw new ArgumentException($"A row has {Dimension} components and its block {BlockBytes} bytes.");
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)rowInBlock, (uint)RowsPerBlock);

        var rented = ArrayPool<float>.Shared.Rent(_transform.Count);
        try
        {
            var coordinates = rented.AsSpan(0, _transform.Count);
            var length = _transform.Apply(vector, coordinates);
            var bias = _mean.Dot(coordinates);
            var rest = _mean.Center(coordinates);
            var kept = EncodeLevels(coordinates, block, rowInBlock);

            var scale = _layout.Side.HasLength ? length : 1;
            _layout.Side.Write(block, rowInBlock, kept > 0 ? scale * rest / kept : 0, scale * bias, length);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    public override PreparedQuery Prepare(ReadOnlySpan<float> query)
    {
        if (query.Length != Dimension)
            throw new ArgumentException($"A query has {Dimension} components.");

        var rented = ArrayPool<float>.Shared.Rent(_transform.Count);
        try
        {
            var coordinates = rented.AsSpan(0, _transform.Count);
            var length = _transform.Apply(query, coordinates);
            var weights = RankWeights.Of(Metric, length, _mean.Dot(coordinates) - _mean.Square);
            _mean.Center(coordinates);
            var (table, sum, level) = FillTable(coordinates);
            return new ScalarQuery
            {
                Layout = _layout,
                Table = table,
                Zero = _grid.LevelMax * sum,
                Formula = new RankFormula(weights, weights.Dot * level / 2, _layout.Side.HasLength), // the kernels' integers are doubled
            };
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    public override void Score(PreparedQuery query, ReadOnlySpan<byte> blocks, Span<float> scores)
    {
        var scalar = (ScalarQuery)query;
        if (!ReferenceEquals(scalar.Layout, _layout))
            throw new ArgumentException("The query was prepared by another codec.");

        ScalarScore.Blocks(scalar, blocks, scores);
    }

    /// <summary>Writes the levels of a row; returns r.c in steps.</summary>
    private double EncodeLevels(ReadOnlySpan<float> coordinates, Span<byte> block, int rowInBlock)
    {
        var inverse = 1 / _grid.ChooseStep(coordinates);
        var fieldMask = _layout.CoordinatesPerGroup - 1;
        double kept = 0;
        for (var group = 0; group < _layout.Groups; group++)
        {
            var lane = block.Slice(group * ScalarLayout.GroupBytes + rowInBlock * ScalarLayout.LaneBytes, ScalarLayout.LaneBytes);
            lane.Clear();
            var start = group * _layout.CoordinatesPerGroup;
            var end = Math.Min(start + _layout.CoordinatesPerGroup, coordinates.Length);
            for (var i = start; i < end; i++)
            {
                var level = _grid.LevelOf(coordinates[i], inverse);
                kept += _grid.ValueOf(level) * coordinates[i];
                var field = (i & fieldMask) / ScalarLayout.LaneBytes;
                lane[i % ScalarLayout.LaneBytes] |= (byte)(level << (field * _layout.Bits));
            }
        }

        return kept;
    }

    /// <summary>Rounds a query to bytes; returns them, their sum and the value of one level.</summary>
    private (int[] Table, int Sum, float Level) FillTable(ReadOnlySpan<float> coordinates)
    {
        var table = new int[_layout.Groups * _layout.Fields];
        float largest = 0;
        foreach (var value in coordinates)
            largest = Math.Max(largest, Math.Abs(value));
        if (largest == 0)
            return (table, 0, 0);

        var levelMax = ScalarScore.QueryLevelMax(_layout.Bits);
        var level = largest / levelMax;
        var bytes = MemoryMarshal.Cast<int, sbyte>(table.AsSpan());
        var sum = 0;
        for (var i = 0; i < coordinates.Length; i++)
        {
            bytes[i] = (sbyte)Math.Clamp(MathF.Round(coordinates[i] / level), -levelMax, levelMax);
            sum += bytes[i];
        }

        return (table, sum, level);
    }

    private static int BitsOf(Compression compression) => compression switch
    {
        Compression.Spectral1Bit => 1,
        Compression.Spectral2Bit => 2,
        Compression.Spectral4Bit => 4,
        Compression.Sq8 => 8,
        _ => throw new UnreachableException(),
    };
}
