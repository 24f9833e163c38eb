using System.Runtime.InteropServices;
using VectorServer.Storage.Ann;
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
    public void Exact_scores_lie_within_the_width_of_their_estimates(int dimension)
    {
        const int count = 60;
        foreach (var metric in Enum.GetValues<Metric>())
        {
            foreach (var offset in new[] { 0f, 1000f })
            {
                var random = new Random(dimension);
                var vectors = TestVectors.Gaussian(random, count * dimension);
                foreach (ref var value in vectors.AsSpan())
                    value += offset;
                ReadOnlySpan<float> Row(int row) => vectors.AsSpan(row * dimension, dimension);
                var space = PointSpace.Learn(metric, dimension, Row, count);
                using var rows = new Int8Rows(space);
                using var floats = new FloatRows(space);
                rows.EnsureCapacity(count);
                floats.EnsureCapacity(count);
                var point = new float[FloatRows.PaddedOf(dimension)];
                for (var row = 0; row < count; row++)
                {
                    space.Load(Row(row), point.AsSpan(0, dimension));
                    rows.Write(row, point.AsSpan(0, dimension));
                    floats.Write(row, point.AsSpan(0, dimension));
                }

                for (var query = 0; query < count; query += 7)
                {
                    var toRank = space.LoadQuery(Row(query), point.AsSpan(0, dimension));
                    var prepared = rows.Prepare(point.AsSpan(0, dimension), new byte[Int8Form.PaddedOf(dimension)]);
                    for (var row = 0; row < count; row++)
                    {
                        var exact = metric.ToRank(ExactScorer.Exact(metric, Row(row), Row(query)));
                        AssertWithin(rows.Estimate(prepared, row, rows.Rank(prepared, row)), toRank, exact);
                        AssertWithin(floats.Estimate(point, row, floats.Rank(point, row)), toRank, exact);
                    }
                }
            }
        }

        static void AssertWithin((double Near, double Width) estimate, PointRank toRank, double exact)
        {
            var slack = 1e-6 * Math.Abs(exact); // of vectors as they are given, in float32
            Assert.InRange(exact, toRank.Of(estimate.Near - estimate.Width) - slack, toRank.Of(estimate.Near + estimate.Width) + slack);
        }
    }

    [Fact]
    public void Moving_all_vectors_changes_no_estimate()
    {
        const int dimension = 24, count = 50;
        var random = new Random(4);
        var vectors = Array.ConvertAll(TestVectors.Gaussian(random, count * dimension), value => MathF.Round(value * 64) / 64); // exact when moved
        var near = Estimates(vectors);
        Assert.Equal(near, Estimates(Array.ConvertAll(vectors, value => value + 4096)));

        static double[] Estimates(float[] vectors)
        {
            ReadOnlySpan<float> Row(int row) => vectors.AsSpan(row * dimension, dimension);
            var space = PointSpace.Learn(Metric.Euclidean, dimension, Row, count);
            using var rows = new Int8Rows(space);
            rows.EnsureCapacity(count);
            var point = new float[dimension];
            for (var row = 0; row < count; row++)
            {
                space.Load(Row(row), point);
                rows.Write(row, point);
            }

            var toRank = space.LoadQuery(Row(0), point);
            var query = rows.Prepare(point, new byte[Int8Form.PaddedOf(dimension)]);
            return [.. Enumerable.Range(0, count).Select(row => Math.Round(toRank.Of(rows.Estimate(query, row, rows.Rank(query, row)).Near), 3))];
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

            var shifted = Array.ConvertAll(left, value => (byte)(value ^ 0x80));
            var sum = right.Sum(value => value);
            fixed (sbyte* a = left, b = right)
            {
                var expected = Int8Dot.RowsScalar(a, b, length);
                Assert.Equal(expected, Int8Dot.Rows(a, b, sum, length));
                Assert.Equal(expected, Int8Dot.Shifted(ref shifted[0], b, sum, length));
                Assert.Equal(expected, Int8Dot.ShiftedScalar(ref shifted[0], b, sum, length));
                if (System.Runtime.Intrinsics.X86.Avx2.IsSupported)
                {
                    Assert.Equal(expected, Int8Dot.RowsAvx2(a, b, length));
                    Assert.Equal(expected, Int8Dot.ShiftedAvx2(ref shifted[0], b, length) - Int8Dot.Shift * sum);
                }
            }
        }
    }
}
