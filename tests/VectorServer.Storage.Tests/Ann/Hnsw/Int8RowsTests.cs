using System.Runtime.InteropServices;
using VectorServer.Storage.Ann.Hnsw;
using VectorServer.Storage.Scoring;
using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Ann.Hnsw;

public class Int8RowsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(100)]
    [InlineData(384)]
    [InlineData(1023)]
    public void Ranks_are_close_to_exact_scores(int dimension)
    {
        foreach (var metric in Enum.GetValues<Metric>())
        {
            var random = new Random(dimension);
            var vectors = TestVectors.Gaussian(random, 20 * dimension);
            using var rows = new Int8Rows(metric, dimension);
            rows.EnsureCapacity(20);
            for (var row = 0; row < 20; row++)
                rows.Write(row, vectors.AsSpan(row * dimension, dimension));

            var query = vectors.AsSpan(0, dimension);
            var prepared = rows.Prepare(query);
            var own = metric == Metric.Euclidean ? ExactScorer.Exact(Metric.DotProduct, query, query) : 0;
            var tolerance = 0.03 * (metric == Metric.Cosine ? 1 : 2 * dimension);
            for (var row = 0; row < 20; row++)
            {
                // The Euclidean rank of a query leaves out its own square.
                var expected = metric.ToRank(ExactScorer.Exact(metric, vectors.AsSpan(row * dimension, dimension), query));
                Assert.Equal(expected + own, rows.Rank(prepared, row), tolerance);
                Assert.Equal(expected, rows.Rank(0, row), tolerance);
            }
        }
    }

    [Theory]
    [InlineData(32)]
    [InlineData(384)]
    [InlineData(20000 / 32 * 32)]
    public unsafe void Products_are_exact_on_every_path(int length)
    {
        var random = new Random(length);
        var left = new sbyte[length];
        var right = new sbyte[length];
        foreach (var extreme in new[] { false, true })
        {
            random.NextBytes(MemoryMarshal.AsBytes(left.AsSpan()));
            random.NextBytes(MemoryMarshal.AsBytes(right.AsSpan()));
            if (extreme)
            {
                left.AsSpan().Fill(-127);
                right.AsSpan().Fill(127);
            }

            var widened = Array.ConvertAll(left, value => (short)value);
            fixed (sbyte* a = left, b = right)
            {
                Assert.Equal(Int8Dot.RowsScalar(a, b, length), Int8Dot.Rows(a, b, length));
                Assert.Equal(Int8Dot.RowsScalar(a, b, length), Int8Dot.Widened(widened, b));
                Assert.Equal(Int8Dot.RowsScalar(a, b, length), Int8Dot.WidenedScalar(widened, b));
            }
        }
    }
}
