using VectorServer.DataKinds;

namespace VectorServer.Storage.Tests.Quality;

/// <summary>Queries of a dense and a sparse part, answered through codes, are those of an exact scan.</summary>
public sealed class HybridKindsTests : QualityContract
{
    private const int Rows = 6_000;
    private const int Terms = 300;
    private const int TopK = 10;

    private static readonly Compression[] Codes = [.. CompressionNames.Codes];

    private static readonly DataKind[] Kinds =
    [
        AllKinds.Find("noise", DataMetric.DotProduct, 32), AllKinds.Find("clusters-of-widths", DataMetric.DotProduct, 48), AllKinds.Find("heavy-tailed", DataMetric.DotProduct, 32),
        AllKinds.Find("copies-20", DataMetric.DotProduct), AllKinds.Find("all-lengths", DataMetric.DotProduct), AllKinds.Find("integers", DataMetric.DotProduct),
    ];

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            for (var i = 0; i < Codes.Length; i++)
            {
                foreach (var kind in QualitySize.IsLong ? Kinds : [Kinds[i % Kinds.Length]])
                    pairs.Add(Codes[i].ToName(), kind.Name);
            }

            foreach (var kind in Kinds)
                pairs.Add("auto", kind.Name);
            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Hybrid_answers_of_codes_are_those_of_exact_search(string compression, string kind)
    {
        Assert.True(CompressionNames.TryParse(compression, out var code));
        var data = DataSet.Create(Kinds.First(entry => entry.Name == kind), Rows, QualitySize.Seed);
        var draw = Draw.For(QualitySize.Seed, kind + "/sparse");
        var tested = Create(data, new Findings("hybrid", 0.99), code);
        await tested.Index.LoadAsync("", [.. Enumerable.Range(0, Rows).Select(row => Record(row, data.Row(row), draw))], Cancellation);
        await WaitFor.CodesAsync(tested.Index, Cancellation);
        await tested.Index.UpsertAsync("", [.. Enumerable.Range(0, 400).Select(i => Record(Rows + i, data.Redraw(i), draw))], Cancellation);
        await tested.Index.DeleteAsync("", [.. Enumerable.Range(0, Rows / 10).Select(i => TestedIndex.IdOf(i * 7))], Cancellation);

        var (missed, mayMiss) = (0, 0.0);
        foreach (var weight in (double[])[0, 0.1, 1, 20])
        {
            foreach (var dense in Enum.GetValues<QueryKind>().SelectMany(of => data.Queries(of, 2)))
            {
                var query = new VectorQuery
                {
                    TopK = TopK,
                    Vector = dense,
                    Sparse = weight == 0 ? SparseVector.Create([Terms + 1], [1]) : Sparse(draw, 12, weight * Math.Max(1e-20, Truth.Length(dense))),
                    Filter = draw.Chance(0.3) ? Filter.Parse(System.Text.Json.JsonElement.Parse("""{"even":true}""")) : null,
                    Explain = true,
                };
                var found = tested.Index.Query("", query, Cancellation);
                var exact = tested.Index.Query("", query with { Exact = true }, Cancellation);
                var what = $"VECTORSERVER_SEED={QualitySize.Seed} {kind} {compression}, weight {weight}, {found.Explanation!.Bound}";

                Assert.True(found.Explanation.IsCertified, what);
                Assert.Equal(exact.Matches.Count, found.Matches.Count);
                Assert.Equal(found.Matches.OrderByDescending(match => match.Score).ThenBy(match => match.Id, StringComparer.Ordinal), found.Matches);
                var wrong = found.Matches.Count(match => match.Score < exact.Matches[^1].Score);
                Assert.True(wrong == 0 || found.Explanation.MissShare > 0, what);
                missed += wrong;
                mayMiss += found.Explanation.MissShare * found.Matches.Count;
            }
        }

        Assert.True(missed <= mayMiss + (5 * Math.Sqrt(mayMiss)), $"{missed} missed where {mayMiss} may be, VECTORSERVER_SEED={QualitySize.Seed}");
    }

    private static VectorRecord Record(int row, ReadOnlyMemory<float> values, Draw draw) => new(
        TestedIndex.IdOf(row),
        values,
        draw.Chance(0.2) ? null : Sparse(draw, 8, Math.Max(1e-6, Truth.Length(values.Span)) * draw.Unit()),
        RecordMetadata.Parse(System.Text.Json.JsonElement.Parse(row % 2 == 0 ? """{"even":true}""" : """{"even":false}""")));

    private static SparseVector Sparse(Draw draw, int terms, double length)
    {
        var indices = Enumerable.Range(0, terms).Select(_ => (uint)(Terms * draw.Unit() * draw.Unit())).Distinct().Order().ToArray();
        return SparseVector.Create(indices, [.. indices.Select(_ => (float)Math.Clamp(length * (draw.Normal() + 0.1), -1e18, 1e18))]);
    }
}
