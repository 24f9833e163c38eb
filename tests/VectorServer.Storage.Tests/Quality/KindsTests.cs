using VectorServer.DataKinds;

namespace VectorServer.Storage.Tests.Quality;

/// <summary>By default settings an index finds what is nearest, on every kind of data, whatever was done to it.</summary>
public sealed class KindsTests : QualityContract
{
    private const double RecallMin = 0.99;
    private static readonly int[] TopKs = [1, 10, 100];

    private static readonly DataKind[] Few = [.. AllKinds.List, .. AllKinds.OfDimensions(1, 2, 3, 5, 8, 15, 17, 33, 100, 1536), AllKinds.Find("noise", DataMetric.Cosine, 20_000)];

    // Dimensions at the edges of registers and blocks, and beyond sums of 16 bits.
    private static readonly DataKind[] Many =
    [
        .. AllKinds.List,
        .. AllKinds.OfDimensions(1, 2, 3, 4, 7, 16, 31),
        AllKinds.Find("noise", DataMetric.Euclidean, 256), AllKinds.Find("clusters", DataMetric.Cosine, 768),
    ];

    private static readonly DataKind[] Long =
    [
        .. AllKinds.List, .. AllKinds.OfDimensions(1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 65, 127, 128, 257, 512, 1000),
    ];

    private static readonly DataKind[] Wide = [.. AllKinds.OfDimensions(1536, 4096, 4161, 8191, 20_000)];

    public static TheoryData<string, int> FewRows => Cases(Few, 300);

    // With 30 % deleted there are still more than are scanned exactly.
    public static TheoryData<string, int> ManyRows => Cases(Many, 7500);

    public static TheoryData<string, int> LongRows => QualitySize.IsLong ? Cases(Long, 30_000) : [];

    public static TheoryData<string, int> WideRows => QualitySize.IsLong ? Cases(Wide, 6000) : [];

    [Theory]
    [MemberData(nameof(FewRows))]
    public Task Few_rows_are_found_exactly(string kind, int rows) => RunAsync(Few.First(entry => entry.Name == kind), rows, 3);

    [Theory]
    [MemberData(nameof(ManyRows))]
    public Task What_is_nearest_is_found(string kind, int rows) => RunAsync(Many.First(entry => entry.Name == kind), rows, 4);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(LongRows))]
    public Task What_is_nearest_is_found_among_30_000_rows(string kind, int rows) =>
        RunAsync(Long.First(entry => entry.Name == kind), rows, 20);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(WideRows))]
    public Task What_is_nearest_is_found_in_many_dimensions(string kind, int rows) =>
        RunAsync(Wide.First(entry => entry.Name == kind), rows, 10);

    [Theory]
    [InlineData(DataMetric.Cosine)]
    [InlineData(DataMetric.DotProduct)]
    [InlineData(DataMetric.Euclidean)]
    public async Task Real_embeddings_are_found(DataMetric metric)
    {
        var findings = new Findings($"real, {metric}", RecallMin);
        await LiveAsync(Create(RealData.Read(RealSample.Directory, metric), findings), 6, isBrief: false, TopKs);
        findings.AssertGood();
    }

    private async Task RunAsync(DataKind kind, int rows, int queriesOfEachKind)
    {
        var findings = new Findings($"{kind.Name}, {rows} rows", RecallMin);
        var isBrief = AllKinds.List.First(first => first.Shape == kind.Shape) != kind; // one metric and dimension of each shape goes through all steps
        await LiveAsync(Create(DataSet.Create(kind, rows, QualitySize.Seed), findings), queriesOfEachKind, isBrief, TopKs);
        findings.AssertGood();
    }
}
