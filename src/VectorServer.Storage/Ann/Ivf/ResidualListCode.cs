using VectorServer.Storage.Codecs;
using VectorServer.Storage.Codecs.Pq;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Ann.Ivf;

/// <summary>What is left of rows when their list's centre is taken off, product-quantised: <c>ivf_pq</c>.</summary>
/// <remarks>
/// With x a row, c its centre, r = x - c and d what r's code stands for: <c>q.x = (q - c).r + c.x + q.c - c.c</c>, and <c>(q - c).r</c> is
/// estimated by <c>f (q - c).d</c>, f = r.r / r.d. So <c>f q.d</c> is looked up in a table that all lists share, <c>c.x - f c.d</c> is kept with
/// the row, and <c>q.c - c.c</c> belongs to the list. A Euclidean rank is twice that less x.x; what is the query's alone is left out.
/// </remarks>
internal sealed class ResidualListCode(PointSpace space, ProductQuantizer quantizer) : ListCode
{
    private const double Deviations = 4;

    private readonly PqLayout _layout = new(quantizer.SubVectors, hasError: false);

    public override bool IsCertain => false;

    public override int BlockBytes => _layout.BlockBytes;

    public override long Bytes => quantizer.Bytes;

    /// <param name="space">The space of the lists.</param>
    /// <param name="centroids">The lists' centres.</param>
    /// <param name="sample">Points, row-major; they become what is left of them.</param>
    /// <param name="threads">How many work at once.</param>
    /// <param name="cancellation">Stops between steps.</param>
    public static ResidualListCode Train(PointSpace space, Centroids centroids, float[] sample, int threads, CancellationToken cancellation)
    {
        double squares = 0;
        foreach (var value in sample)
            squares += (double)value * value;
        var scale = squares > 0 ? (float)Math.Sqrt(squares / sample.Length) : 1;

        var dimension = space.Dimension;
        var count = sample.Length / dimension;
        var asIs = new PointSpace(Metric.DotProduct, new double[dimension], 1); // the sample's rows are points already
        var groups = RowGroups.Assign(
            centroids, asIs, row => sample.AsSpan(row * dimension, dimension), row => row, count, threads, cancellation);
        for (var centroid = 0; centroid < centroids.Count; centroid++)
        {
            foreach (var row in groups.Of(centroid))
                Subtract(sample.AsSpan(row * dimension, dimension), centroids.Row(centroid), sample.AsSpan(row * dimension, dimension));
        }

        return new ResidualListCode(space, ProductQuantizer.Train(dimension, sample, scale, threads, cancellation));
    }

    public override float Encode(ReadOnlySpan<float> point, ReadOnlySpan<float> centroid, Span<byte> block, int rowInBlock, Span<float> scratch)
    {
        var rest = scratch[..point.Length];
        var decoded = scratch.Slice(point.Length, point.Length);
        Subtract(point, centroid, rest);
        quantizer.Encode(rest, block, rowInBlock, decoded);

        var factor = ProductQuantizer.Factor(rest, decoded);
        double bias = 0, square = 0, errors = 0;
        for (var i = 0; i < point.Length; i++)
        {
            var error = rest[i] - factor * decoded[i];
            errors += error * error;
            bias += centroid[i] * (point[i] - factor * decoded[i]);
            square += (double)point[i] * point[i];
        }

        _layout.Side.Write(block, rowInBlock, factor, space.IsDistance ? bias - square / 2 : bias, error: 0);
        return (float)Math.Sqrt(errors);
    }

    public override ListQuery Prepare(ReadOnlySpan<float> point) =>
        new Query(_layout, quantizer.Table(point), space.IsDistance, point);

    internal override void Write(CheckedWriter file) => file.WriteAll(quantizer.Books);

    internal static ResidualListCode Read(CheckedReader file, PointSpace space)
    {
        var count = ProductQuantizer.BookFloatsOf(space.Dimension);
        if (count > file.Remaining / sizeof(float))
            throw file.Damaged("it is too short for its code");
        var books = new float[count];
        file.ReadAll(books.AsSpan());
        return new ResidualListCode(space, ProductQuantizer.FromBooks(space.Dimension, books));
    }

    private static void Subtract(ReadOnlySpan<float> point, ReadOnlySpan<float> centroid, Span<float> rest)
    {
        for (var i = 0; i < rest.Length; i++)
            rest[i] = point[i] - centroid[i];
    }

    private sealed class Query : ListQuery
    {
        private readonly PqLayout _layout;
        private readonly PqTable _table;
        private readonly bool _isDistance;
        private readonly float _weight;
        private readonly double _squares;
        private readonly double _share;
        private readonly double _rounding;

        public Query(PqLayout layout, PqTable table, bool isDistance, ReadOnlySpan<float> point)
        {
            (_layout, _table, _isDistance, _weight) = (layout, table, isDistance, isDistance ? 2 : 1);
            foreach (var value in point)
                _squares += (double)value * value;
            _share = Int8Form.ErrorShare(point.Length);

            // A table's entries are rounded to whole steps: errors that point anywhere.
            _rounding = Deviations * _weight * Math.Abs(table.Step) * Math.Sqrt(layout.SubVectors / 12.0);
        }

        public override void Estimate(float toCentroid, ReadOnlySpan<byte> blocks, ReadOnlySpan<float> errors, Span<float> nears, Span<float> widths)
        {
            var query = new PqQuery
            {
                Layout = _layout,
                Table = _table,
                Shape = default, // the bound is the lists' own
                Formula = new RankFormula(
                    _weight * _table.Step, _weight, (float)(_weight * toCentroid - (_isDistance ? _squares : 0))),
            };
            PqScore.Blocks(query, blocks, nears);

            // A code's error is at right angles to what it stands for, so an estimate's error is its product with what lies between query and row.
            var length = Math.Sqrt(_squares);
            for (var i = 0; i < nears.Length; i++)
            {
                var width = _isDistance
                    ? 2 * _share * errors[i] * Math.Sqrt(Math.Max(0, -nears[i]) + errors[i] * errors[i])
                    : _share * errors[i] * length;
                widths[i] = (float)(width + _rounding + 1e-6 * _squares);
            }
        }
    }
}
