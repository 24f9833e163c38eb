using VectorServer.DataKinds;

namespace VectorServer.Storage.Tests.Quality;

/// <summary>Whatever the codes, by default settings they cost no recall.</summary>
public sealed class CompressionKindsTests : QualityContract
{
    private const double RecallMin = 0.99;

    private static readonly DataKind[] Few =
    [
        AllKinds.Find("clusters-of-widths", DataMetric.Cosine, 32), AllKinds.Find("islands", DataMetric.Euclidean, 16), AllKinds.Find("heavy-tailed", DataMetric.DotProduct, 32),
    ];

    private static readonly DataKind[] All = [.. AllKinds.List, .. Few];

    public static TheoryData<string, string> SomeRows => Pairs(Few);

    public static TheoryData<string, string> LongRows => Pairs(QualitySize.LongOrFirst(AllKinds.List));

    [Theory]
    [MemberData(nameof(SomeRows))]
    public Task What_is_nearest_is_found_by_all_codes(string compression, string kind) => RunAsync(compression, kind, 6000, 4);

    [Theory]
    [MemberData(nameof(LongRows))]
    public Task What_is_nearest_is_found_by_all_codes_among_30_000_rows(string compression, string kind)
    {
        Assert.SkipUnless(QualitySize.IsLong, "VECTORSERVER_LONG=1 runs it");
        return RunAsync(compression, kind, 30_000, 20);
    }

    private static TheoryData<string, string> Pairs(IEnumerable<DataKind> kinds)
    {
        var pairs = new TheoryData<string, string>();
        foreach (var kind in kinds)
        {
            foreach (var compression in CompressionNames.Codes)
                pairs.Add(compression.ToName(), kind.Name);
        }

        return pairs;
    }

    private async Task RunAsync(string compression, string kind, int rows, int queriesOfEachKind)
    {
        Assert.True(CompressionNames.TryParse(compression, out var code));
        var findings = new Findings($"{kind}, {rows} rows, {compression}", RecallMin);
        var tested = Create(DataSet.Create(All.First(entry => entry.Name == kind), rows, QualitySize.Seed), findings, code);
        await tested.LoadAsync(Cancellation);
        await tested.SettleAsync(Cancellation);
        tested.Ask("settled", queriesOfEachKind, 10);
        await ReopenAsync(tested);
        await tested.UpdateShareAsync(0.1, Cancellation);
        tested.Ask("restarted, 10 % updated", queriesOfEachKind, 10);
        findings.AssertGood();
    }
}
