namespace VectorServer.Storage.Tests.Contract;

/// <summary>Which compression a namespace's own vectors ask for.</summary>
public sealed class AdviceTests : IndexContract
{
    private const int Dimension = 32;

    private readonly Random _random = new(61);

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Euclidean)]
    public async Task Every_compression_is_measured_and_the_smallest_that_is_good_enough_is_taken(Metric metric)
    {
        const double Wanted = 0.95;
        var index = CreateDense(dimension: Dimension, metric: metric);
        await index.UpsertAsync("", [.. Enumerable.Range(0, 1500).Select(i => Dense($"r{i}", RandomVector(_random, Dimension)))], Cancellation);
        await index.DeleteAsync("", ["r0"], Cancellation);

        var advice = await index.AdviseAsync("", new AdviceOptions { Queries = 20, Recall = Wanted }, Cancellation);

        Assert.Equal((1499, 1499, 20), (advice.RecordCount, advice.SampledRows, advice.Queries));
        Assert.True(advice.IsComplete);
        Assert.Equal(
            CompressionNames.Codes.Append(Compression.Float32).Order(), advice.Measures.Select(measure => measure.Compression).Order());
        Assert.All(advice.Measures, measure => Assert.InRange(measure.CodesAloneRecall, 0, measure.Recall));
        var good = advice.Measures.Where(measure => measure.Recall >= Wanted).MinBy(measure => measure.BytesPerVector)!;
        Assert.Equal(good.Compression, advice.Take);
    }

    [Fact]
    public async Task Finer_codes_of_one_kind_find_more()
    {
        var index = CreateDense(dimension: Dimension);
        await index.UpsertAsync("", [.. Enumerable.Range(0, 3000).Select(i => Dense($"r{i}", RandomVector(_random, Dimension)))], Cancellation);

        var advice = await index.AdviseAsync("", new AdviceOptions(), Cancellation);

        double AloneOf(Compression code) => advice.Measures.Single(measure => measure.Compression == code).CodesAloneRecall;
        Assert.InRange(AloneOf(Compression.Spectral2Bit), AloneOf(Compression.Spectral1Bit), AloneOf(Compression.Spectral4Bit));
    }

    [Fact]
    public async Task Without_time_only_raw_vectors_are_left_to_take()
    {
        var index = CreateDense(dimension: Dimension);
        await index.UpsertAsync("", [.. Enumerable.Range(0, 200).Select(i => Dense($"r{i}", RandomVector(_random, Dimension)))], Cancellation);

        var advice = await index.AdviseAsync("", new AdviceOptions { Time = TimeSpan.Zero }, Cancellation);

        Assert.False(advice.IsComplete);
        Assert.Equal(Compression.Float32, advice.Take);
    }

    [Fact]
    public async Task For_a_few_records_raw_vectors_are_the_advice_and_nothing_is_measured()
    {
        var index = CreateDense(dimension: Dimension);
        var records = Enumerable.Range(0, 99).Select(i => Dense($"r{i}", RandomVector(_random, Dimension)));
        await index.UpsertAsync("", [.. records], Cancellation);

        var advice = await index.AdviseAsync("", new AdviceOptions(), Cancellation);

        Assert.Equal((99, 0, Compression.Float32), (advice.RecordCount, advice.SampledRows, advice.Take));
        Assert.Equal(Compression.Float32, Assert.Single(advice.Measures).Compression);
    }

    [Fact]
    public async Task What_cannot_be_measured_is_refused()
    {
        var empty = CreateDense("empty");
        var sparse = CreateSparse();

        foreach (var index in new[] { empty, sparse })
        {
            var refused = await Assert.ThrowsAsync<StorageException>(() => index.AdviseAsync("", new AdviceOptions(), Cancellation));
            Assert.Equal(StorageErrorCode.InvalidArgument, refused.Code);
        }
    }
}
