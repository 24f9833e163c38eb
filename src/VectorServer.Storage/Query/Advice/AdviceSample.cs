using VectorServer.Storage.Codecs;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Query.Advice;

/// <summary>Rows of a namespace, some of which ask for the others that are nearest to them.</summary>
internal sealed class AdviceSample
{
    private const int Matches = 10;

    private readonly Metric _metric;
    private readonly NamespaceSnapshot _snapshot;
    private readonly int[] _rows;
    private readonly int[] _queries; // places in the rows
    private readonly double[][] _exact; // by query, a score for each row

    public AdviceSample(Metric metric, NamespaceSnapshot snapshot, int[] rows, int queryCount, CancellationToken cancellation)
    {
        (_metric, _snapshot, _rows) = (metric, snapshot, rows);
        _queries = [.. Enumerable.Range(0, Math.Min(queryCount, rows.Length)).Select(i => (int)((long)i * rows.Length / Math.Min(queryCount, rows.Length)))];
        _exact = [.. _queries.Select(query => ScoreExactly(query, cancellation))];
    }

    public int RowCount => _rows.Length;

    public int QueryCount => _queries.Length;

    public int CandidateCount { get; } = QueryPlanner.CandidateCount(new VectorQuery { TopK = Matches });

    /// <summary>Calibrates a code on the sample as a namespace would, encodes the sample, and asks.</summary>
    public CompressionMeasure Measure(Compression compression, CancellationToken cancellation)
    {
        var codec = Codec.Train(compression, _metric, _snapshot.Generation.Vectors.Dimension, Vector, _rows.Length, cancellation);
        using var codes = codec.CreateCodes();
        codes.EncodeUpTo(Vector, _rows.Length, cancellation);
        var estimates = new double[_rows.Length];
        var (served, alone) = (0.0, 0.0);
        for (var i = 0; i < _queries.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            codes.Estimate(Vector(_queries[i]), estimates);
            var candidates = Nearest(estimates, _queries[i], CandidateCount);
            served += RecallOf(_exact[i], _queries[i], candidates);
            alone += RecallOf(_exact[i], _queries[i], candidates.AsSpan(0, Math.Min(Matches, candidates.Length)));
        }

        return new CompressionMeasure(compression, codec.CodeBytesPerVector, served / _queries.Length, alone / _queries.Length);
    }

    private ReadOnlySpan<float> Vector(int place) => _snapshot.Generation.Vectors.Row(_rows[place]);

    private double[] ScoreExactly(int query, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var scores = new double[_rows.Length];
        var exact = new ExactQuery(_metric, Vector(query));
        for (var i = 0; i < scores.Length; i++)
            scores[i] = _metric.ToRank(exact.Score(Vector(i)));
        return scores;
    }

    /// <summary>The places with the best scores, best first, without the query's own.</summary>
    private int[] Nearest(double[] scores, int query, int count)
    {
        var nearest = new TopK(count, _snapshot.Generation.Ids);
        for (var i = 0; i < scores.Length; i++)
        {
            if (i != query && !(scores[i] < nearest.Threshold))
                nearest.Offer(_rows[i], scores[i]);
        }

        return [.. nearest.Take().Select(candidate => Array.BinarySearch(_rows, candidate.Row))];
    }

    /// <summary>The share of the true best among the candidates; what is as near as the last of those counts as one of them.</summary>
    private double RecallOf(double[] exact, int query, ReadOnlySpan<int> candidates)
    {
        var best = Nearest(exact, query, Matches);
        var found = 0;
        foreach (var place in candidates)
            found += exact[place] >= exact[best[^1]] ? 1 : 0;
        return (double)Math.Min(found, best.Length) / best.Length;
    }
}
