using VectorServer.DataKinds;

namespace VectorServer.Storage.Tests.Quality;

/// <summary>Filters that keep 0.1 to 60 % of the records, independent of the query and correlated with it, cost no recall.</summary>
public sealed class FilteredKindsTests : QualityContract
{
    private const double RecallMin = 0.99;
    private static readonly int[] Permilles = [1, 10, 100, 300, 600];

    private static readonly DataKind[] Kinds =
    [
        AllKinds.Find("noise", DataMetric.DotProduct), AllKinds.Find("clusters", DataMetric.Cosine), AllKinds.Find("clusters-of-widths", DataMetric.Euclidean),
        AllKinds.Find("groups-1/10", DataMetric.Cosine), AllKinds.Find("islands", DataMetric.Euclidean), AllKinds.Find("copies-20", DataMetric.Cosine),
        AllKinds.Find("translated-1000", DataMetric.Euclidean), AllKinds.Find("city-grid", DataMetric.Euclidean),
        AllKinds.Find("heavy-tailed", DataMetric.DotProduct), AllKinds.Find("drift", DataMetric.Cosine),
    ];

    // 60 % of the rows are more than are scanned exactly.
    public static TheoryData<string, int> SomeRows => Cases(Kinds, 9000);

    public static TheoryData<string, int> LongRows => QualitySize.IsLong ? Cases(AllKinds.List, 30_000) : [];

    [Theory]
    [MemberData(nameof(SomeRows))]
    public Task What_matches_a_filter_is_found(string kind, int rows) => RunAsync(kind, rows, 6);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(LongRows))]
    public Task What_matches_a_filter_is_found_among_30_000_rows(string kind, int rows) =>
        RunAsync(kind, rows, 20);

    private async Task RunAsync(string name, int rows, int queries)
    {
        var findings = new Findings($"{name}, {rows} rows, filtered", RecallMin);
        var tested = Create(DataSet.Create(AllKinds.List.First(entry => entry.Name == name), rows, QualitySize.Seed), findings, withMetadata: true);
        await tested.LoadAsync(Cancellation);
        await tested.SettleAsync(Cancellation);
        AskFiltered(tested, queries, "");
        if (QualitySize.IsLong)
        {
            await tested.DeleteShareAsync(0.3, Cancellation);
            await tested.UpdateShareAsync(0.3, Cancellation);
            AskFiltered(tested, queries, " after deletes and updates");
            await ReopenAsync(tested);
            AskFiltered(tested, queries, " after a restart");
        }

        findings.AssertGood();
    }

    private static void AskFiltered(TestedIndex tested, int queries, string when)
    {
        foreach (var permille in Permilles)
        {
            var share = $"{permille / 10.0} %{when}";
            tested.AskFiltered($"{share}, independent", $$$"""{"permille":{"$lt":{{{permille}}}}}""", record => record.Permille < permille, queries, correlated: false, 10);
            tested.AskFiltered($"{share}, near the query", $$$"""{"near":{"$lt":{{{permille}}}}}""", record => record.Near < permille, queries, correlated: true, 10);
            tested.AskFiltered($"{share}, far from the query", $$$"""{"near":{"$gte":{{{1000 - permille}}}}}""", record => record.Near >= 1000 - permille, queries, correlated: true, 10);
        }
    }
}
