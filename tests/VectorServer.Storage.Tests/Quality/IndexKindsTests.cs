using VectorServer.DataKinds;

namespace VectorServer.Storage.Tests.Quality;

/// <summary>Graphs and lists find what is nearest among copies, islands and clusters too, and near deleted rows.</summary>
public sealed class IndexKindsTests : QualityContract
{
    private const double GraphRecallMin = 0.97; // a graph aims at 0.99 on queries of the namespace itself, and these are others
    private const double ListRecallMin = 0.99; // lists are read until no other can hold a nearer row

    private static readonly DataKind[] Few =
    [
        AllKinds.Find("copies-20", DataMetric.Cosine, 16), AllKinds.Find("copies-every-second", DataMetric.Euclidean, 16), AllKinds.Find("identical", DataMetric.Cosine),
        AllKinds.Find("islands", DataMetric.Euclidean, 16), AllKinds.Find("clusters", DataMetric.DotProduct, 16),
    ];

    private static readonly DataKind[] Huge =
    [
        AllKinds.Find("clusters-of-widths", DataMetric.Cosine, 64), AllKinds.Find("clusters-of-widths", DataMetric.Euclidean, 64), AllKinds.Find("groups-1/10", DataMetric.Cosine, 64),
        AllKinds.Find("copies-every-second", DataMetric.Cosine, 64), AllKinds.Find("copies-20", DataMetric.Cosine, 64), AllKinds.Find("islands", DataMetric.Euclidean, 64),
        AllKinds.Find("noise", DataMetric.Cosine, 64), AllKinds.Find("translated-1000", DataMetric.Euclidean, 64), AllKinds.Find("heavy-tailed", DataMetric.DotProduct, 64),
        AllKinds.Find("metres", DataMetric.Euclidean),
    ];

    private static readonly DataKind[] All = [.. AllKinds.List, .. Few, .. Huge];

    public static TheoryData<string, string> SomeRows => Pairs(Few);

    public static TheoryData<string, string> LongRows => Pairs(QualitySize.LongOrFirst(AllKinds.List));

    public static TheoryData<string, int> HugeRows => Cases(QualitySize.LongOrFirst(Huge), 250_000);

    // With 30 % deleted there are still more rows than are scanned exactly.
    [Theory]
    [MemberData(nameof(SomeRows))]
    public Task What_is_nearest_is_found_by_all_kinds_of_indexes(string index, string kind) => RunAsync(index, kind, 7500, 5);

    [Theory]
    [MemberData(nameof(LongRows))]
    public Task What_is_nearest_is_found_by_all_kinds_of_indexes_among_30_000_rows(string index, string kind)
    {
        Assert.SkipUnless(QualitySize.IsLong, "VECTORSERVER_LONG=1 runs it");
        return RunAsync(index, kind, 30_000, 20);
    }

    [Theory]
    [MemberData(nameof(HugeRows))]
    public async Task By_default_what_is_nearest_is_found_among_250_000_rows(string kind, int rows)
    {
        Assert.SkipUnless(QualitySize.IsLong, "VECTORSERVER_LONG=1 runs it");
        var findings = new Findings($"{kind}, {rows} rows", 0.99);
        await LiveAsync(Create(DataSet.Create(All.First(entry => entry.Name == kind), rows, QualitySize.Seed), findings), 20, isBrief: false, 1, 10, 100);
        findings.AssertGood();
    }

    [Theory]
    [InlineData(7500, 20, 50)]
    [InlineData(30_000, 40, 150)]
    public async Task Deleted_rows_near_a_query_do_not_hide_what_lies_behind_them(int rows, int queries, int deletedOfEach)
    {
        var findings = new Findings($"noise, {rows} rows in a graph, the nearest deleted", GraphRecallMin);
        var data = DataSet.Create(AllKinds.Find("noise", DataMetric.Cosine, 32), rows, QualitySize.Seed);
        var tested = Create(data, findings, kind: IndexKind.Hnsw);
        await tested.LoadAsync(Cancellation);
        await tested.SettleAsync(Cancellation);
        var asked = data.Queries(QueryKind.Alike, queries);
        foreach (var query in asked)
            tested.Ask("whole", QueryKind.Alike, query, tested.Live(), null, 10);
        var near = asked.SelectMany(query => tested.Index.Query("", new VectorQuery { TopK = deletedOfEach, Vector = query, Exact = true }).Matches);

        await tested.DeleteAsync([.. near.Select(match => match.Id).Distinct()], Cancellation);

        foreach (var query in asked)
            tested.Ask("the nearest deleted", QueryKind.Alike, query, tested.Live(), null, 10);
        findings.AssertGood();
    }

    [Theory]
    [InlineData(IndexKind.Hnsw)]
    [InlineData(IndexKind.IvfFlat)]
    [InlineData(IndexKind.IvfPq)]
    public async Task Records_beside_copies_of_others_are_found_by_their_own_vectors(IndexKind index)
    {
        var rows = QualitySize.IsLong ? 30_000 : 7500;
        var findings = new Findings($"copies-20, {rows} rows, {index.ToName()}", 0.99);
        var data = DataSet.Create(AllKinds.Find("copies-20", DataMetric.Cosine), rows, QualitySize.Seed);
        var tested = Create(data, findings, kind: index);
        await tested.LoadAsync(Cancellation);
        await tested.SettleAsync(Cancellation);

        for (var row = rows * 2 / 3; row < rows; row += rows / 300)
            tested.Ask("built", QueryKind.Stored, data.Row(row).ToArray(), tested.Live(), null, 1);

        findings.AssertGood();
    }

    private static TheoryData<string, string> Pairs(IEnumerable<DataKind> kinds)
    {
        var pairs = new TheoryData<string, string>();
        foreach (var kind in kinds)
        {
            foreach (var index in new[] { IndexKind.Hnsw, IndexKind.IvfFlat, IndexKind.IvfPq })
                pairs.Add(index.ToName(), kind.Name);
        }

        return pairs;
    }

    private async Task RunAsync(string index, string kind, int rows, int queriesOfEachKind)
    {
        Assert.True(IndexKindNames.TryParse(index, out var indexKind));
        var findings = new Findings($"{kind}, {rows} rows, {index}", indexKind == IndexKind.Hnsw ? GraphRecallMin : ListRecallMin);
        var tested = Create(DataSet.Create(All.First(entry => entry.Name == kind), rows, QualitySize.Seed), findings, kind: indexKind);
        await tested.LoadAsync(Cancellation);
        await tested.SettleAsync(Cancellation);
        tested.Ask("built", queriesOfEachKind, 1, 10);
        await tested.DeleteShareAsync(0.3, Cancellation);
        tested.Ask("30 % deleted", queriesOfEachKind, 10);
        await ReopenAsync(tested);
        await tested.UpdateShareAsync(0.3, Cancellation);
        tested.Ask("restarted, 30 % updated", queriesOfEachKind, 10);
        if (QualitySize.IsLong)
        {
            await tested.CompactAsync(Cancellation);
            await tested.SettleAsync(Cancellation);
            tested.Ask("compacted", queriesOfEachKind, 1, 10, 100);
        }

        findings.AssertGood();
    }
}
