using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>What default queries find of the true nearest, through the life of an index.</summary>
public sealed class RecallTests : IndexContract
{
    private const int Rows = 7000; // above what is scanned exactly
    private const int Queries = 20;
    private const int TopK = 10;

    // Noise that favours no direction is the worst case of every code. When written 2 bits found 0.99 and more, the others everything.
    [Theory]
    [InlineData(3, Metric.Cosine, Compression.Rabitq, 0.99)]
    [InlineData(7, Metric.Euclidean, Compression.Rabitq, 0.99)]
    [InlineData(12, Metric.Euclidean, Compression.Auto, 0.99)]
    [InlineData(100, Metric.Cosine, Compression.Auto, 0.99)]
    [InlineData(100, Metric.DotProduct, Compression.Spectral2Bit, 0.96)]
    [InlineData(384, Metric.Cosine, Compression.Auto, 0.99)]
    [InlineData(384, Metric.Euclidean, Compression.Sq8, 0.99)]
    [InlineData(1023, Metric.Cosine, Compression.Auto, 0.99)]
    public async Task Default_queries_find_nearly_all(int dimension, Metric metric, Compression compression, double floor)
    {
        var random = new Random(dimension);
        var index = CreateDense(dimension: dimension, metric: metric, compression: compression);
        await UpsertAsync(index, random, 0, Rows);
        await WaitFor.CodesAsync(index, Cancellation);
        AssertRecall(index, random, floor);

        await index.DeleteAsync("", [.. Enumerable.Range(0, Rows / 10).Select(i => $"r{i}")], Cancellation);
        await UpsertAsync(index, random, Rows / 2, Rows * 3 / 10);
        AssertRecall(index, random, floor);

        await index.CompactAsync("", Cancellation);
        await ReopenAsync();
        AssertRecall(Engine.GetIndex("docs"), random, floor);
    }

    private static async Task UpsertAsync(VectorIndex index, Random random, int first, int count)
    {
        for (var done = 0; done < count; done += 1000)
        {
            await index.UpsertAsync(
                "",
                [.. Enumerable.Range(first + done, Math.Min(1000, count - done)).Select(i => Dense($"r{i}", TestVectors.Gaussian(random, index.Descriptor.Dimension)))],
                Cancellation);
        }
    }

    private static void AssertRecall(VectorIndex index, Random random, double floor)
    {
        Assert.NotEqual("float32", index.Stats().Namespaces[0].Compression);
        var found = 0;
        for (var i = 0; i < Queries; i++)
        {
            var query = new VectorQuery { TopK = TopK, Vector = TestVectors.Gaussian(random, index.Descriptor.Dimension) };
            var exact = index.Query("", query with { Exact = true }, Cancellation).Matches.Select(match => match.Id);
            found += index.Query("", query, Cancellation).Matches.Select(match => match.Id).Intersect(exact).Count();
        }

        Assert.InRange(found / (double)(Queries * TopK), floor, 1);
    }
}
