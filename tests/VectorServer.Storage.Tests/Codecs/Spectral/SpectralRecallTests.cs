using VectorServer.Storage.Codecs;
using VectorServer.Storage.Scoring;
using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Codecs.Spectral;

public class SpectralRecallTests
{
    private const int Dimension = 256;
    private const int Rows = 4000;
    private const int Queries = 50;
    private const int TopK = 10;

    // The worst case, noise that favours no direction. Guessing within the right cluster, of 100 rows, would find 0.4;
    // when written K = 64 found 0.91 or more and K = 128, all slots, everything.
    [Theory]
    [InlineData(Compression.SpectralK64, Metric.Cosine, 0, 0.85)]
    [InlineData(Compression.SpectralK64, Metric.DotProduct, 0, 0.85)]
    [InlineData(Compression.SpectralK64, Metric.Euclidean, 0, 0.85)]
    [InlineData(Compression.SpectralK128, Metric.Cosine, 0, 0.98)]
    [InlineData(Compression.SpectralK64, Metric.Cosine, 3, 0.85)] // all share a strong mean
    [InlineData(Compression.SpectralK64, Metric.Euclidean, 3, 0.85)]
    public void Forty_candidates_hold_most_of_the_ten_nearest(Compression compression, Metric metric, float mean, double floor)
    {
        var random = new Random(11);
        var centers = Enumerable.Range(0, 40)
            .Select(_ => Array.ConvertAll(TestVectors.Gaussian(random, Dimension), value => value + mean))
            .ToArray();
        var vectors = TestVectors.Clustered(random, Rows, centers, spread: 0.5);
        var queries = TestVectors.Clustered(random, Queries, centers, spread: 0.5);
        var codec = BlockCodec.Train(compression, metric, Dimension, vectors[..(1000 * Dimension)]);
        var blocks = CodecBlocks.Encode(codec, vectors);

        var found = 0;
        for (var i = 0; i < Queries; i++)
        {
            var query = queries.AsSpan(i * Dimension, Dimension);
            var exact = new float[Rows];
            ExactScorer.Rows(metric, vectors, query, ExactScorer.Norm(query), exact);
            var candidates = Best(CodecBlocks.Score(codec, blocks, Rows, query), 4 * TopK);
            found += Best(exact, TopK).Count(candidates.Contains);
        }

        Assert.InRange((double)found / (Queries * TopK), floor, 1);
    }

    private static HashSet<int> Best<T>(T[] scores, int count) =>
        [.. Enumerable.Range(0, scores.Length).OrderByDescending(row => scores[row]).Take(count)];
}
