using VectorServer.DataKinds;

namespace VectorServer.Storage.Tests.Quality;

/// <summary>Sets of which no code can tell the rows apart, or keep the lengths: an answer is right, and costs no more than an exact scan.</summary>
public sealed class WorstCaseTests : QualityContract
{
    private const int Rows = 6_000;
    private const int TopK = 10;
    private const double AllocatedMax = 1 << 20; // beside an exact scan's: what is kept of the rows found, of which there are at most so many

    private static readonly Compression[] Codes = [.. CompressionNames.Codes];

    private static readonly DataKind[] Kinds =
    [
        .. AllKinds.List.Where(kind => kind.Shape is "identical" or "one-hot" or "sphere" or "huge" or "tiny" or "all-lengths" or "nearly-zero"),
        new("equidistant", DataMetric.Euclidean, 64, Equidistant), new("equidistant", DataMetric.Cosine, 64, Equidistant), new("equidistant", DataMetric.DotProduct, 64, Equidistant),
    ];

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            for (var i = 0; i < Kinds.Length; i++)
            {
                pairs.Add("auto", Kinds[i].Name);
                foreach (var code in QualitySize.IsLong ? Codes : [Codes[i % Codes.Length]])
                    pairs.Add(code.ToName(), Kinds[i].Name);
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Where_every_row_must_be_scored_it_costs_an_exact_scan(string compression, string kind)
    {
        Assert.True(CompressionNames.TryParse(compression, out var code));
        var data = DataSet.Create(Kinds.First(entry => entry.Name == kind), Rows, QualitySize.Seed);
        var findings = new Findings($"{kind}, {compression}", 0.99);
        var tested = Create(data, findings, code);
        await tested.LoadAsync(Cancellation);
        await tested.SettleAsync(Cancellation);

        tested.Ask("settled", 2, 1, TopK, 200);
        var zero = new float[data.Dimension]; // as far from each of the equidistant
        zero[0] = data.Kind.Metric == DataMetric.Euclidean ? 0 : 1;
        tested.Ask("in the middle", QueryKind.Middle, zero, tested.Live(), null, TopK);
        findings.AssertGood();

        foreach (var vector in data.Queries(QueryKind.Alike, 2).Append(zero))
        {
            var query = new VectorQuery { TopK = TopK, Vector = vector };
            _ = (Allocated(tested, query), Allocated(tested, query with { Exact = true })); // what is made once
            var (found, exact) = (Allocated(tested, query), Allocated(tested, query with { Exact = true }));
            Assert.True(found <= exact + AllocatedMax, $"{found} bytes were taken, {exact} by an exact scan");
            var told = tested.Index.Query("", query with { Explain = true }, Cancellation).Explanation!;
            Assert.True(told.Rescored <= Rows, $"{told.Rescored} rescored of {Rows}");
        }
    }

    private static long Allocated(TestedIndex tested, VectorQuery query)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = tested.Index.Query("", query, Cancellation);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>All of one length, along few directions: equal distances from the middle, and from each other but for copies.</summary>
    private static RowFiller Equidistant(Draw draw, int rows, int dimension) => (row, values) => values[row % dimension] = row / dimension % 2 == 0 ? 1 : -1;
}
