using VectorServer.DataKinds;

namespace VectorServer.Storage.Tests.Quality;

/// <summary>A caller's ceiling ends a search early, and the answer says truly whether that cost anything.</summary>
public sealed class CappedKindsTests : QualityContract
{
    private const int Rows = 6_500;
    private const int TopK = 10;

    private static readonly DataKind[] Kinds =
    [
        AllKinds.Find("noise", DataMetric.Cosine), AllKinds.Find("clusters-of-widths", DataMetric.Euclidean, 48), AllKinds.Find("islands", DataMetric.Euclidean),
        AllKinds.Find("heavy-tailed", DataMetric.DotProduct, 32), AllKinds.Find("groups-1/30", DataMetric.Cosine, 64), AllKinds.Find("copies-by-10", DataMetric.Euclidean),
        AllKinds.Find("anisotropic", DataMetric.Cosine),
    ];

    public static TheoryData<string> Codes => ["auto", .. CompressionNames.Codes.Select(code => code.ToName())];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_cap_is_kept_and_told_truly(string compression)
    {
        Assert.True(CompressionNames.TryParse(compression, out var code));
        var (certified, uncertified, missed, mayMiss) = (0, 0, 0, 0.0);
        foreach (var (kind, number) in Kinds.Select((kind, i) => (kind, i)).Where(entry => QualitySize.IsLong || compression == "auto" || entry.i % 3 == compression.Length % 3))
        {
            var data = DataSet.Create(kind, Rows, QualitySize.Seed);
            var name = $"capped{number}";
            Engine.CreateIndex(new IndexDescriptor { Name = name, Dimension = data.Dimension, Metric = (Metric)kind.Metric, Compression = code });
            var index = Engine.GetIndex(name);
            await index.LoadAsync("", [.. Enumerable.Range(0, Rows).Select(row => new VectorRecord(TestedIndex.IdOf(row), data.Row(row), null, null))], Cancellation);
            await WaitFor.CodesAsync(index, Cancellation);
            foreach (var vector in Enum.GetValues<QueryKind>().SelectMany(of => data.Queries(of, 2)))
            {
                var query = new VectorQuery { TopK = TopK, Vector = vector, Explain = true };
                var exact = index.Query("", query with { Exact = true }, Cancellation);
                (VectorQuery Query, int Cap)[] capped =
                [
                    (query with { MaxCandidates = TopK }, TopK), (query with { MaxCandidates = 40 }, 40), (query with { MaxCandidates = 700 }, 700),
                    (query with { MaxCandidates = Rows }, Rows), (query with { ScanFactor = 0.5f }, 20), (query with { ScanFactor = 4 }, 160),
                ];
                foreach (var (asked, cap) in capped)
                {
                    var found = index.Query("", asked, Cancellation);
                    var told = found.Explanation!;
                    var what = $"VECTORSERVER_SEED={QualitySize.Seed} {kind.Name} {compression} cap {cap}, {told.Plan} {told.Bound}";
                    Assert.Equal(told.IsCertified, told.Bound is not null);
                    Assert.Equal(TopK, found.Matches.Count);
                    if (told.Plan == "codes")
                        Assert.True(told.Rescored <= cap, $"{what}: {told.Rescored} rescored");
                    if (cap == Rows)
                        Assert.True(told.IsCertified, $"{what}: nothing was left out"); // so it did not bite
                    var wrong = found.Matches.Count(match => IsFarther(kind.Metric, match.Score, exact.Matches[^1].Score));
                    _ = told.IsCertified ? certified++ : uncertified++;
                    if (!told.IsCertified)
                        continue;
                    Assert.True(wrong == 0 || told.MissShare > 0, $"{what}: certified, and {wrong} missed");
                    missed += wrong;
                    mayMiss += told.MissShare * TopK;
                }
            }
        }

        Assert.True(certified > 0 && uncertified > 0, $"{certified} certified, {uncertified} not");
        Assert.True(missed <= mayMiss + (5 * Math.Sqrt(mayMiss)), $"{missed} missed where {mayMiss} may be, VECTORSERVER_SEED={QualitySize.Seed}");
    }

    private static bool IsFarther(DataMetric metric, double score, double last) => metric == DataMetric.Euclidean ? score > last : score < last;
}
