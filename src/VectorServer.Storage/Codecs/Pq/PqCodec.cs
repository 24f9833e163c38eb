using System.Buffers;
using VectorServer.Storage.Codecs.Scalar;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Codecs.Pq;

/// <summary>Product quantisation of whole vectors: <c>pq</c>, a quarter of a byte a dimension.</summary>
/// <remarks>
/// As with the scalar codes, vectors are scaled to length 1 and the index's mean m is taken off; with r = x - m and c what its code stands
/// for, <c>q.x = (q - m).r + m.x + q.m - m.m</c> and <c>(q - m).r</c> is estimated by <c>(q - m).c * r.r / r.c</c>.
/// </remarks>
internal sealed partial class PqCodec : Codec
{
    private readonly CoordinateTransform _transform;
    private readonly ProductQuantizer _quantizer;
    private readonly PqLayout _layout;
    private readonly MeanVector _mean;

    private PqCodec(Metric metric, CoordinateTransform transform, MeanVector mean, ProductQuantizer quantizer)
        : base(Compression.Pq, metric, transform.Dimension)
    {
        _transform = transform;
        _mean = mean;
        _quantizer = quantizer;
        _layout = new PqLayout(quantizer.SubVectors, hasLength: metric != Metric.Cosine);
    }

    public override int BlockBytes => _layout.BlockBytes;

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
            var length = _transform.Apply(vector, rest);
            var bias = _mean.Dot(rest);
            _mean.Center(rest);
            _quantizer.Encode(rest, block, rowInBlock, decoded);
            var scale = _layout.Side.HasLength ? length : 1;
            _layout.Side.Write(block, rowInBlock, scale * ProductQuantizer.Factor(rest, decoded), scale * bias, length);
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

        var rented = ArrayPool<float>.Shared.Rent(Dimension);
        try
        {
            var coordinates = rented.AsSpan(0, Dimension);
            var length = _transform.Apply(query, coordinates);
            var weights = RankWeights.Of(Metric, length, _mean.Dot(coordinates) - _mean.Square);
            _mean.Center(coordinates);
            var table = _quantizer.Table(coordinates);
            return new PqQuery
            {
                Layout = _layout,
                Table = table,
                Formula = new RankFormula(weights, weights.Dot * table.Step, _layout.Side.HasLength),
            };
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
}
