using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>An exact search orders by the score in double precision, whatever float32 makes of the vectors.</summary>
public sealed class ExactOrderTests : IndexContract
{
    private const int Rows = 700;
    private const float LeastLength = 2e-8f; // shorter vectors count as zero and are refused
    private const int Tied = 30; // of the rows: copies of the first

    public static TheoryData<string, Metric> Kinds
    {
        get
        {
            var kinds = new TheoryData<string, Metric>();
            foreach (var kind in new[] { "noise", "moved", "huge", "tiny", "norms", "constant", "alike" })
            {
                foreach (var metric in Enum.GetValues<Metric>())
                    kinds.Add(kind, metric);
            }

            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Matches_are_those_of_a_plain_search_in_double(string kind, Metric metric)
    {
        foreach (var dimension in new[] { 1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 32, 100 })
        {
            var random = new Random(dimension);
            var index = CreateDense($"d{dimension}", dimension, metric);
            var vectors = Enumerable.Range(0, Rows).Select(_ => VectorOf(kind, random, dimension)).ToArray();
            foreach (var copy in Enumerable.Range(0, Tied))
                vectors[random.Next(Rows)] = vectors[0];
            await index.UpsertAsync("", [.. vectors.Select((vector, i) => Dense($"r{i:D3}", vector))], Cancellation);
            await index.DeleteAsync("", ["r005", "r006", "r650"], Cancellation);
            int[] live = [.. Enumerable.Range(0, Rows).Except([5, 6, 650])];

            foreach (var query in new[] { vectors[0], vectors[Rows - 1], VectorOf(kind, random, dimension) })
            {
                foreach (var topK in new[] { 1, 10, 200 })
                    AssertBest(metric, vectors, live, query, topK, index, $"{kind}, {metric}, {dimension} dimensions, topK {topK}");
            }
        }
    }

    [Fact]
    public async Task A_distance_beyond_float32_is_a_number_and_has_its_place()
    {
        var index = CreateDense(dimension: 2, metric: Metric.Euclidean);
        await index.UpsertAsync("", [Dense("far", [3e38f, 0]), Dense("farther", [-3e38f, 3e38f]), Dense("near", [1e30f, 0])], Cancellation);

        var matches = index.Query("", new VectorQuery { TopK = 3, Vector = new float[] { 0, 0 } }, Cancellation).Matches;

        Assert.Equal(["near", "far", "farther"], matches.Select(match => match.Id));
        Assert.Equal(1e60, matches[0].Score, 1e54);
        Assert.Equal(1.8e77, matches[2].Score, 1e71);
    }

    [Fact]
    public async Task Thresholds_are_compared_in_double()
    {
        var index = CreateDense(dimension: 2, metric: Metric.Euclidean);
        await index.UpsertAsync("", [Dense("in", [1, 0]), Dense("out", [1, 1e-5f])], Cancellation); // one as far as the other, to float32

        var query = new VectorQuery { TopK = 10, Vector = new float[] { 0, 0 }, MaxDistance = 1 + 1e-11 };

        Assert.Equal("in", Assert.Single(index.Query("", query, Cancellation).Matches).Id);
    }

    private static void AssertBest(Metric metric, float[][] vectors, int[] live, float[] query, int topK, VectorIndex index, string what)
    {
        var matches = index.Query("", new VectorQuery { TopK = topK, Vector = query, Exact = true }, Cancellation).Matches;

        var scores = Array.ConvertAll(live, row => ReferenceOf(metric, vectors[row], query));
        Array.Sort(scores, (left, right) => (metric == Metric.Euclidean ? left : right).Score.CompareTo((metric == Metric.Euclidean ? right : left).Score));
        Assert.Equal(Math.Min(topK, live.Length), matches.Count);
        for (var i = 0; i < matches.Count; i++)
        {
            var (score, terms) = ReferenceOf(metric, vectors[int.Parse(matches[i].Id.AsSpan(1))], query);
            var rounding = 1e-13 * Math.Max(terms, scores[i].Terms);
            Assert.True(Math.Abs(scores[i].Score - score) <= rounding, $"{what}: match {i} scores {score:R}, the best left {scores[i].Score:R}");
            Assert.True(Math.Abs(matches[i].Score - score) <= rounding, $"{what}: match {i} is said to score {matches[i].Score:R}, not {score:R}");
            if (i > 0 && matches[i].Score == matches[i - 1].Score)
                Assert.True(string.CompareOrdinal(matches[i - 1].Id, matches[i].Id) < 0, $"{what}: {matches[i - 1].Id} before {matches[i].Id}");
        }
    }

    /// <summary>A score by its definition, and what its rounding is relative to.</summary>
    private static (double Score, double Terms) ReferenceOf(Metric metric, float[] row, float[] query)
    {
        double dot = 0, rowSquares = 0, querySquares = 0, distance = 0;
        for (var i = 0; i < row.Length; i++)
        {
            dot += (double)row[i] * query[i];
            rowSquares += (double)row[i] * row[i];
            querySquares += (double)query[i] * query[i];
            distance += ((double)row[i] - query[i]) * ((double)row[i] - query[i]);
        }

        var lengths = Math.Sqrt(rowSquares) * Math.Sqrt(querySquares);
        return metric switch
        {
            Metric.Cosine => (lengths == 0 ? 0 : dot / lengths, 1),
            Metric.DotProduct => (dot, lengths),
            _ => (distance, distance),
        };
    }

    private static float[] VectorOf(string kind, Random random, int dimension)
    {
        var vector = TestVectors.Gaussian(random, dimension);
        float[] Of(Func<float, int, float> change) => [.. vector.Select(change)];
        var scale = (float)Math.Pow(10, random.Next(-7, 37));
        return kind switch
        {
            "noise" => vector,
            "moved" => Of((value, _) => 1e6f + value), // float32 keeps four bits of the difference
            "huge" => Of((value, _) => value * 1e37f),
            "tiny" => Of((value, i) => i == 0 ? LeastLength : value * (i % 2 == 0 ? 1e-30f : 1e-42f)),
            "norms" => Of((value, i) => (value * scale) + (i == 0 ? MathF.CopySign(LeastLength, value) : 0)),
            "constant" => Of((value, i) => i % 3 == 0 ? value : 12345.678f),
            _ => Of((value, i) => i + 1 + (value * 1e-6f)),
        };
    }
}
