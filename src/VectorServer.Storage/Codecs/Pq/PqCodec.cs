using System.Buffers;
using System.Buffers.Binary;

namespace VectorServer.Storage.Codecs.Pq;

/// <summary>Product quantisation of whole vectors: <c>pq</c>, a quarter of a byte a dimension.</summary>
/// <remarks>
/// As with the scalar codes, the index's mean is taken off; with r what is left, of which the direction is coded, and c what its code stands
/// for, <c>g.r</c> is estimated by <c>g.c * r.r / r.c</c>.
/// </remarks>
internal sealed class PqCodec : BlockCodec
{
    private const double CodeLengthMin = 0.6; // of a direction; trained ones are of 0.9 and more

    private readonly ProductQuantizer _quantizer;
    private readonly PqLayout _layout;

    private PqCodec(RowSpace space, ProductQuantizer quantizer, float deviation)
        : base(Compression.Pq, space)
    {
        _quantizer = quantizer;
        _layout = new PqLayout(quantizer.SubVectors, hasError: true);
        Deviation = deviation;
    }

    public override int BlockBytes => _layout.BlockBytes;

    public override BlockSide Side => _layout.Side;

    public override float Deviation { get; }

    /// <param name="space">Where the rows are coded.</param>
    /// <param name="directions">Rows in the space, scaled to length 1.</param>
    /// <param name="deviation">See <see cref="BlockCodec.Deviation"/>.</param>
    internal static PqCodec Train(RowSpace space, float[] directions, float deviation)
    {
        var scale = 1 / MathF.Sqrt(space.Dimension); // a unit vector's
        return new PqCodec(space, ProductQuantizer.Train(space.Dimension, directions, scale, Environment.ProcessorCount, CancellationToken.None), deviation);
    }

    public override BlockCodec WithDeviation(float deviation) => new PqCodec(Space, _quantizer, deviation);

    public override void Encode(ReadOnlySpan<float> vector, Span<byte> block, int rowInBlock)
    {
        if (vector.Length != Dimension || block.Length != BlockBytes)
            throw new ArgumentException($"A row has {Dimension} components and its block {BlockBytes} bytes.");
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)rowInBlock, (uint)RowsPerBlock);

        var rented = ArrayPool<float>.Shared.Rent(2 * Dimension);
        try
        {
            var rest = rented.AsSpan(0, Dimension);
            var decoded = rented.AsSpan(Dimension, Dimension);
            if (!Space.TryLoad(vector, rest))
            {
                _layout.Side.WriteUnknown(block, rowInBlock);
                return;
            }

            var length = Direction.Normalize(rest);
            _quantizer.Encode(rest, block, rowInBlock, decoded);
            var codeSquare = Direction.Square(decoded);
            if (codeSquare < CodeLengthMin * CodeLengthMin)
            {
                _layout.Side.WriteUnknown(block, rowInBlock);
                return;
            }

            double product = 0;
            for (var i = 0; i < rest.Length; i++)
                product += (double)rest[i] * decoded[i];
            _layout.Side.WriteResidual(block, rowInBlock, length * length, length * product, codeSquare);
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

        var rented = ArrayPool<float>.Shared.Rent(Dimension);
        try
        {
            var rest = rented.AsSpan(0, Dimension);
            if (!Space.TryLoadQuery(query, rest, out var scale))
                return null;
            var table = _quantizer.Table(rest);

            // A product is off by half a step at most for each byte, and by their deviation, a step's twelfth root, where chance is trusted. That
            // is no product of lengths: the query's rounding is put so long that a share of it makes up for it, whatever the code's length.
            var rounding = ErrorBound.Usual.Share(Deviation) >= 1
                ? table.Step * _quantizer.SubVectors / 2
                : table.Step * Math.Sqrt(_quantizer.SubVectors / 12.0) / Deviation;
            var shape = QueryShape.Of(Metric, scale, rest, Math.Pow(rounding / CodeLengthMin, 2));
            return new PqQuery { Layout = _layout, Table = table, Shape = shape, Formula = shape.Formula(table.Step) };
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    public override void Score(PreparedQuery query, ReadOnlySpan<byte> blocks, Span<float> scores)
    {
        var prepared = (PqQuery)query;
        if (!ReferenceEquals(prepared.Layout, _layout))
            throw new ArgumentException("The query was prepared by another codec.");

        PqScore.Blocks(prepared, blocks, scores);
    }

    /// <summary>Little-endian float32: the deviation, then the centroids of each sub-vector, component by component.</summary>
    internal override byte[] SerializeBody()
    {
        var bytes = new byte[sizeof(float) * (1 + _quantizer.Books.Length)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, Deviation);
        for (var i = 0; i < _quantizer.Books.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan((i + 1) * sizeof(float)), _quantizer.Books[i]);
        return bytes;
    }

    internal static PqCodec Deserialize(RowSpace space, ReadOnlySpan<byte> body)
    {
        if (body.Length != sizeof(float) * (1L + ProductQuantizer.BookFloatsOf(space.Dimension)))
            throw CodecFormat.Corrupt($"its body is not that of dimension {space.Dimension}");

        var values = new float[body.Length / sizeof(float)];
        for (var i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(body[(i * sizeof(float))..]);
        return new PqCodec(space, ProductQuantizer.FromBooks(space.Dimension, values[1..]), values[0]);
    }
}
