using VectorServer.DataKinds;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.Tests.Quality;

namespace VectorServer.Storage.Tests.Codecs;

/// <summary>What codes say of the rows they rule out holds for any data.</summary>
public sealed class BoundKindsTests
{
    private const int Rows = 700;
    private const int QueriesOfEachKind = 2;
    private const int TopK = 10;

    // Of a count whose mean is known: chance goes no farther in any run.
    private const double Deviations = 5;

    private static readonly DataKind[] Kinds =
    [
        .. AllKinds.List, .. AllKinds.OfDimensions(1, 2, 3, 12, 13, 15, 16, 17, 31, 160, 384),
        AllKinds.Find("one-hot", DataMetric.Euclidean, 12), AllKinds.Find("binary", DataMetric.Euclidean, 14), AllKinds.Find("tones", DataMetric.Euclidean, 15),
        AllKinds.Find("one-hot", DataMetric.Cosine, 192), AllKinds.Find("tones", DataMetric.Cosine, 192), AllKinds.Find("binary", DataMetric.DotProduct, 200),
        AllKinds.Find("heavy-tailed", DataMetric.DotProduct, 200), AllKinds.Find("islands", DataMetric.Euclidean, 200), AllKinds.Find("copies-20", DataMetric.Cosine, 200),
    ];

    public static TheoryData<string> Codes => [.. CompressionNames.Codes.Select(code => code.ToName())];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Rows_ruled_out_are_not_among_the_nearest(string compression)
    {
        var missed = new Misses();
        ForEachQuery(compression, (kind, rows, query) =>
        {
            var sink = new NearestSink(rows, query, TopK);
            if (rows.Codes.Search(query, sink, TestContext.Current.CancellationToken))
                missed.Add(kind, sink.Trusted!.Value, sink.Missed(rows.Ranks(query)), TopK);
        });

        missed.AssertFew();
    }

    /// <summary>Lengths of 1e-7 to 1e30: the longest set the unit, in which squares of the others are too small for float32.</summary>
    [Theory]
    [MemberData(nameof(Codes))]
    public void Nearest_of_rows_far_shorter_than_others_are_found(string compression)
    {
        Assert.True(CompressionNames.TryParse(compression, out var code));
        var data = DataSet.Create(AllKinds.Find("all-lengths", DataMetric.Euclidean, 32), 20_000, QualitySize.Seed);
        using var rows = CodedRows.Of(code, data, learntFrom: code == Compression.Rabitq ? null : 4_000);
        foreach (var query in data.Queries(QueryKind.Alike, 40))
        {
            var sink = new NearestSink(rows, query, TopK);
            if (rows.Codes.Search(query, sink, TestContext.Current.CancellationToken)) // else an exact scan answers
                Assert.Equal(0, sink.Missed(rows.Ranks(query)));
        }
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Bounds_are_above_exact_ranks(string compression)
    {
        var missed = new Misses();
        ForEachQuery(compression, (kind, rows, query) =>
        {
            var sink = new NearestSink(rows, query, k: int.MaxValue); // which rules nothing out
            if (!rows.Codes.Search(query, sink, TestContext.Current.CancellationToken))
                return;
            Assert.Equal(Rows, sink.Offered.Count);
            var scale = rows.Ranks(query) is var ranks ? Math.Abs(ranks[0]) + Math.Abs(ranks[^1]) : 0;
            var above = sink.Offered.Values.Count(candidate => rows.Rank(candidate.Row, query) > candidate.Upper + 1e-12 * scale);
            missed.Add(kind, sink.Trusted!.Value, above, Rows);
        });

        missed.AssertFew();
    }

    /// <summary>Rows that come later may be others than those a code was calibrated on: bounds that were measured hold for them too.</summary>
    [Theory]
    [MemberData(nameof(Codes))]
    public void Bounds_hold_for_rows_unlike_those_calibrated_on(string compression)
    {
        var missed = new Misses();
        foreach (var learntFrom in (int[])[Rows / 5, Rows / 2])
            ForEachQuery(compression, Ask, learntFrom);
        missed.AssertFew();

        void Ask(string kind, CodedRows rows, float[] query)
        {
            var sink = new NearestSink(rows, query, TopK);
            if (rows.Codes.Search(query, sink, TestContext.Current.CancellationToken))
                missed.Add(kind, sink.Trusted!.Value, sink.Missed(rows.Ranks(query)), TopK);
            sink = new NearestSink(rows, query, k: int.MaxValue);
            if (!rows.Codes.Search(query, sink, TestContext.Current.CancellationToken))
                return;
            var ranks = rows.Ranks(query);
            var scale = Math.Abs(ranks[0]) + Math.Abs(ranks[^1]);
            missed.Add(kind, sink.Trusted!.Value, sink.Offered.Values.Count(candidate => rows.Rank(candidate.Row, query) > candidate.Upper + 1e-12 * scale), Rows);
        }
    }

    private static void ForEachQuery(string compression, Action<string, CodedRows, float[]> ask, int? learntFrom = null)
    {
        Assert.True(CompressionNames.TryParse(compression, out var code));
        foreach (var kind in Kinds)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            var data = DataSet.Create(kind, Rows, QualitySize.Seed);
            using var rows = CodedRows.Of(code, data, learntFrom);
            foreach (var query in Enum.GetValues<QueryKind>().SelectMany(of => data.Queries(of, QueriesOfEachKind)))
                ask(kind.Name, rows, query);
        }
    }

    /// <summary>Counts what bounds missed beside what they say they may.</summary>
    private sealed class Misses
    {
        private readonly Dictionary<string, (int Missed, double Mean)> _kinds = [];
        private int _proofsMissed;

        public void Add(string kind, ErrorBound bound, int missed, int asked)
        {
            if (bound.MissShare == 0)
                _proofsMissed += missed;
            var before = _kinds.GetValueOrDefault(kind);
            _kinds[kind] = (before.Missed + missed, before.Mean + bound.MissShare * asked);
        }

        public void AssertFew()
        {
            var told = string.Join("; ", _kinds.Where(kind => kind.Value.Missed > 0).Select(kind => FormattableString.Invariant($"{kind.Key} {kind.Value.Missed} where {kind.Value.Mean:0.0} may be")));
            TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(
                $"{_kinds.Values.Sum(kind => kind.Missed)} missed, {_kinds.Values.Sum(kind => kind.Mean):0.0} may be, VECTORSERVER_SEED={QualitySize.Seed}: {told}"));
            Assert.True(_proofsMissed == 0, $"{_proofsMissed} missed for certain; {told}");
            var (missed, mean) = (_kinds.Values.Sum(kind => kind.Missed), _kinds.Values.Sum(kind => kind.Mean));
            Assert.True(missed <= mean + Deviations * Math.Sqrt(mean + 1), FormattableString.Invariant($"{missed} missed, {mean:0.0} may be, VECTORSERVER_SEED={QualitySize.Seed}: {told}"));
        }
    }
}
