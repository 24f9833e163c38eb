using VectorServer.Storage.Query;
using VectorServer.Storage.Query.Recall;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>The recall of real queries, measured in the background.</summary>
public sealed class RecallGaugeTests : IndexContract
{
    private const int Dimension = 16;
    private const int Rows = 6000; // above those that are scanned raw

    private readonly Random _random = new(51);

    protected override EngineOptions Options => base.Options with { RecallSample = 1 };

    [Fact]
    public async Task The_recall_shown_is_that_of_the_queries_asked()
    {
        var index = await CreateFilledAsync();

        // Candidates that the signs of so few coordinates shortlist miss some of the true best.
        var query = new VectorQuery { TopK = 10, Vector = RandomVector(_random, Dimension), MaxCandidates = 10 };
        var exact = index.Query("", query with { Exact = true }, Cancellation).Matches.Select(match => match.Id);
        var found = index.Query("", query, Cancellation).Matches.Select(match => match.Id);
        var expected = exact.Intersect(found).Count() / 10.0;

        var stats = await AskUntilSampledAsync(index, query, samples: 3);

        Assert.InRange(expected, 0, 0.9);
        Assert.Equal(expected, stats.RecallAt10!.Value, 1e-9);
    }

    [Fact]
    public async Task It_begins_anew_with_other_codes()
    {
        var index = await CreateFilledAsync();
        var query = new VectorQuery { TopK = 10, Vector = RandomVector(_random, Dimension), MaxCandidates = 200 }; // what is settled exactly is not measured
        await AskUntilSampledAsync(index, query, samples: 1);

        Engine.ConfigureIndex("docs", descriptor => descriptor with { Compression = Compression.Sq8 });
        while (index.Stats().Namespaces[0].Compression != "sq8")
            await Task.Delay(20, Cancellation);

        var stats = index.Stats().Namespaces[0];
        Assert.Null(stats.RecallAt10);
        Assert.Equal(0, stats.RecallSamples);
        Assert.InRange((await AskUntilSampledAsync(index, query, samples: 1)).RecallAt10!.Value, 0.5, 1);
    }

    [Fact]
    public async Task Exact_answers_are_not_measured()
    {
        var index = await CreateFilledAsync();
        var query = new VectorQuery { TopK = 10, Vector = RandomVector(_random, Dimension), Exact = true };

        for (var i = 0; i < 20; i++)
        {
            index.Query("", query, Cancellation);
            await Task.Delay(5, Cancellation);
        }

        Assert.Equal(0, index.Stats().Namespaces[0].RecallSamples);
    }

    [Theory]
    [InlineData(Metric.Cosine, new[] { 0.9f, 0.5f, 0.5f }, new[] { 0.9f, 0.5f, 0.5f }, 1)]
    [InlineData(Metric.Cosine, new[] { 0.9f, 0.4f }, new[] { 0.9f, 0.5f }, 0.5)]
    [InlineData(Metric.Cosine, new[] { 0.9f }, new[] { 0.9f, 0.5f }, 0.5)]
    [InlineData(Metric.Euclidean, new[] { 1f, 4f }, new[] { 1f, 3f }, 0.5)]
    [InlineData(Metric.Euclidean, new float[0], new[] { 1f }, 0)]
    public void Recall_counts_what_is_as_near_as_the_true_best(Metric metric, float[] found, float[] best, double expected) =>
        Assert.Equal(expected, RecallMeter.RecallOf(
            metric,
            [.. found.Select((score, row) => new Match(row, score))],
            [.. best.Select((score, row) => new ScoredRecord($"r{row}", score, default, null, null))]));

    private async Task<VectorIndex> CreateFilledAsync()
    {
        var index = CreateDense(dimension: Dimension, compression: Compression.Spectral1Bit);
        await index.UpsertAsync("", [.. Enumerable.Range(0, Rows).Select(i => Dense($"r{i}", RandomVector(_random, Dimension)))], Cancellation);
        await WaitFor.CodesAsync(index, Cancellation);
        return index;
    }

    // Which queries are measured depends on how busy the machine is; some are, sooner or later.
    private static async Task<NamespaceStorageStats> AskUntilSampledAsync(VectorIndex index, VectorQuery query, int samples)
    {
        while (index.Stats().Namespaces[0].RecallSamples < samples)
        {
            index.Query("", query, Cancellation);
            await Task.Delay(5, Cancellation);
        }

        return index.Stats().Namespaces[0];
    }
}
