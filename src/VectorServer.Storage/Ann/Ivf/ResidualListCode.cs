using VectorServer.Storage.Codecs;
using VectorServer.Storage.Codecs.Pq;
using VectorServer.Storage.IO;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann.Ivf;

/// <summary>What is left of rows when their list's centre is taken off, product-quantised: <c>ivf_pq</c>.</summary>
/// <remarks>
/// With x a row, c its centre, r = x - c and d what r's code stands for: <c>q.x = (q - c).r + c.x + q.c - c.c</c>, and <c>(q - c).r</c> is
/// estimated by <c>f (q - c).d</c>, f = r.r / r.d. So <c>f q.d</c> is looked up in a table that all lists share, <c>c.x - f c.d</c> is kept with
/// the row, and <c>q.c - c.c</c> belongs to the list. A Euclidean rank is twice that less x.x; what is the query's alone is left out.
/// </remarks>
internal sealed class ResidualListCode(PointSpace space, ProductQuantizer quantizer) : ListCode
{
    private readonly PqLayout _layout = new(quantizer.SubVectors, hasError: false);

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
        var asIs = new PointSpace(Metric.DotProduct, dimension); // the sample's rows are points already
        var groups = RowGroups.Assign(
            centroids, asIs, row => sample.AsSpan(row * dimension, dimension), row => row, count, threads, cancellation);
        for (var centroid = 0; centroid < centroids.Count; centroid++)
        {
            foreach (var row in groups.Of(centroid))
                Subtract(sample.AsSpan(row * dimension, dimension), centroids.Row(centroid), sample.AsSpan(row * dimension, dimension));
        }

        return new ResidualListCode(space, ProductQuantizer.Train(dimension, sample, scale, threads, cancellation));
    }

    public override void Encode(ReadOnlySpan<float> point, ReadOnlySpan<float> centroid, Span<byte> block, int rowInBlock, Span<float> scratch)
    {
        var rest = scratch[..point.Length];
        var decoded = scratch.Slice(point.Length, point.Length);
        Subtract(point, centroid, rest);
        quantizer.Encode(rest, block, rowInBlock, decoded);

        var factor = ProductQuantizer.Factor(rest, decoded);
        double bias = 0, square = 0;
        for (var i = 0; i < point.Length; i++)
        {
            bias += centroid[i] * (point[i] - factor * decoded[i]);
            square += (double)point[i] * point[i];
        }

        _layout.Side.Write(block, rowInBlock, factor, space.Metric == Metric.Euclidean ? bias - square / 2 : bias, error: 0);
    }

    public override ListQuery Prepare(ReadOnlySpan<float> point) =>
        new Query(_layout, quantizer.Table(point), space.Metric == Metric.Euclidean ? 2 : 1);

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

    private sealed class Query(PqLayout layout, PqTable table, float weight) : ListQuery
    {
        public override void Rank(float toCentroid, ReadOnlySpan<byte> blocks, Span<float> ranks)
        {
            var query = new PqQuery
            {
                Layout = layout,
                Table = table,
                Shape = default, // lists are ranked without bounds
                Formula = new RankFormula(weight * table.Step, weight, weight * toCentroid),
            };
            PqScore.Blocks(query, blocks, ranks);
        }
    }
}
