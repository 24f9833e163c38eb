using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace VectorServer.Storage.Codecs.Scalar;

/// <summary>
/// Every coordinate of a vector, rounded to a few bits: <c>spectral_4bit</c>, <c>_2bit</c> and <c>_1bit</c> of a rotated vector,
/// <c>sq8</c> of the vector itself.
/// </summary>
/// <remarks>
/// With r the row without the mean and c its code, <c>g.r</c> is estimated by <c>g.c * r.r / r.c</c>, which after a random rotation is
/// unbiased, and exact for the row itself. The estimator is that of Gao and Long, RaBitQ (2024), here with levels on a grid whose step
/// is the row's own.
/// </remarks>
internal sealed class ScalarCodec : BlockCodec
{
    private readonly Rotation? _rotation;
    private readonly ScalarLayout _layout;
    private readonly LevelGrid _grid;
    private readonly int _coordinates;

    public ScalarCodec(Compression compression, RowSpace space)
        : base(compression, space)
    {
        _rotation = compression == Compression.Sq8 ? null : new Rotation(space.Dimension);
        _coordinates = _rotation?.Count ?? space.Dimension;
        _layout = new ScalarLayout(_coordinates, BitsOf(compression));
        _grid = new LevelGrid(_layout.Bits);

        // Without a rotation nothing is known of where the rounding points: the bound is the product of the lengths, which 8 bits keep short.
        Deviation = _rotation is null ? 1 : 1 / MathF.Sqrt(Math.Max(1, space.Dimension - 1));
    }

    public override int BlockBytes => _layout.BlockBytes;

    public override BlockSide Side => _layout.Side;

    public override float Deviation { get; }

    internal ScalarLayout Layout => _layout;

    public override void Encode(ReadOnlySpan<float> vector, Span<byte> block, int rowInBlock)
    {
        if (vector.Length != Dimension || block.Length != BlockBytes)
            throw new ArgumentException($"A row has {Dimension} components and its block {BlockBytes} bytes.");
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)rowInBlock, (uint)RowsPerBlock);

        var rented = ArrayPool<float>.Shared.Rent(Dimension + _coordinates);
        try
        {
            var rest = rented.AsSpan(0, Dimension);
            if (!Space.TryLoad(vector, rest))
            {
                _layout.Side.WriteUnknown(block, rowInBlock);
                return;
            }

            var coordinates = Turn(rest, rented.AsSpan(Dimension, _coordinates));
            var (product, codeSquare) = EncodeLevels(coordinates, block, rowInBlock);
            _layout.Side.WriteResidual(block, rowInBlock, Direction.Square(coordinates), product, codeSquare);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    public override PreparedQuery? Prepare(ReadOnlySpan<float> query)
    {
        if (query.Length != Dimension)
            throw new ArgumentException($"A query has {Dimension} components.");

        var rented = ArrayPool<float>.Shared.Rent(Dimension + _coordinates);
        try
        {
            var rest = rented.AsSpan(0, Dimension);
            if (!Space.TryLoadQuery(query, rest, out var scale))
                return null;
            var coordinates = Turn(rest, rented.AsSpan(Dimension, _coordinates));
            var (table, sum, level, lost) = FillTable(coordinates);
            var shape = QueryShape.Of(Metric, scale, coordinates, lost);
            return new ScalarQuery
            {
                Layout = _layout,
                Table = table,
                Zero = _grid.LevelMax * sum,
                Shape = shape,
                Formula = shape.Formula(level / 2), // the kernels' integers are doubled
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

    internal override byte[] SerializeBody() => [];

    internal static ScalarCodec Deserialize(Compression compression, RowSpace space, ReadOnlySpan<byte> body) => body.IsEmpty
        ? new ScalarCodec(compression, space)
        : throw CodecFormat.Corrupt($"its body is not that of dimension {space.Dimension}");

    private Span<float> Turn(Span<float> rest, Span<float> coordinates)
    {
        if (_rotation is null)
            return rest;
        _rotation.Apply(rest, coordinates);
        return coordinates;
    }

    /// <summary>Writes the levels of a row; returns r.c and c.c in steps.</summary>
    private (double Product, double CodeSquare) EncodeLevels(ReadOnlySpan<float> coordinates, Span<byte> block, int rowInBlock)
    {
        var inverse = 1 / _grid.ChooseStep(coordinates);
        var fieldMask = _layout.CoordinatesPerGroup - 1;
        double product = 0, codeSquare = 0;
        for (var group = 0; group < _layout.Groups; group++)
        {
            var lane = block.Slice(group * ScalarLayout.GroupBytes + rowInBlock * ScalarLayout.LaneBytes, ScalarLayout.LaneBytes);
            lane.Clear();
            var start = group * _layout.CoordinatesPerGroup;
            var end = Math.Min(start + _layout.CoordinatesPerGroup, coordinates.Length);
            for (var i = start; i < end; i++)
            {
                var level = _grid.LevelOf(coordinates[i], inverse);
                var value = _grid.ValueOf(level);
                product += value * coordinates[i];
                codeSquare += value * value;
                var field = (i & fieldMask) / ScalarLayout.LaneBytes;
                lane[i % ScalarLayout.LaneBytes] |= (byte)(level << (field * _layout.Bits));
            }
        }

        return (product, codeSquare);
    }

    /// <summary>Rounds a query to bytes; returns them, their sum, the value of one level and the square of what is lost.</summary>
    private (int[] Table, int Sum, float Level, double Lost) FillTable(ReadOnlySpan<float> coordinates)
    {
        var table = new int[_layout.Groups * _layout.Fields];
        float largest = 0;
        foreach (var value in coordinates)
            largest = Math.Max(largest, Math.Abs(value));
        if (largest == 0)
            return (table, 0, 0, 0);

        var levelMax = ScalarScore.QueryLevelMax(_layout.Bits);
        var level = largest / levelMax;
        var bytes = MemoryMarshal.Cast<int, sbyte>(table.AsSpan());
        var sum = 0;
        double lost = 0;
        for (var i = 0; i < coordinates.Length; i++)
        {
            bytes[i] = (sbyte)Math.Clamp(MathF.Round(coordinates[i] / level), -levelMax, levelMax);
            sum += bytes[i];
            var rest = coordinates[i] - (double)bytes[i] * level;
            lost += rest * rest;
        }

        return (table, sum, level, lost);
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
