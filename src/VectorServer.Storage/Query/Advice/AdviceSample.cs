using VectorServer.Storage.Codecs;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Registry;
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
    private readonly float[][] _exact; // by query, a score for each row

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
        var codec = Codec.Train(compression, _metric, _snapshot.Generation.Vectors.Dimension, Calibration());
        var blocks = Encode(codec, cancellation);
        var estimates = new float[_rows.Length];
        var (served, alone) = (0.0, 0.0);
        for (var i = 0; i < _queries.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            codec.Score(codec.Prepare(Vector(_queries[i])), blocks, estimates);
            var candidates = Nearest(estimates, _queries[i], CandidateCount);
            served += RecallOf(_exact[i], _queries[i], candidates);
            alone += RecallOf(_exact[i], _queries[i], candidates.AsSpan(0, Math.Min(Matches, candidates.Length)));
        }

        return new CompressionMeasure(compression, codec.CodeBytesPerVector, served / _queries.Length, alone / _queries.Length);
    }

    private ReadOnlySpan<float> Vector(int place) => _snapshot.Generation.Vectors.Row(_rows[place]);

    private float[] ScoreExactly(int query, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var scores = new float[_rows.Length];
        var vector = Vector(query);
        var norm = ExactScorer.Norm(vector);
        for (var i = 0; i < scores.Length; i++)
            ExactScorer.Rows(_metric, Vector(i), vector, norm, scores.AsSpan(i, 1));
        return scores;
    }

    private float[] Calibration()
    {
        var dimension = _snapshot.Generation.Vectors.Dimension;
        var count = Math.Min(_rows.Length, CodecChoice.CalibrationRows);
        var calibration = new float[count * dimension];
        for (var i = 0; i < count; i++)
            Vector((int)((long)i * _rows.Length / count)).CopyTo(calibration.AsSpan(i * dimension));
        return calibration;
    }

    private byte[] Encode(Codec codec, CancellationToken cancellation)
    {
        var blocks = new byte[Codec.BlockCount(_rows.Length) * codec.BlockBytes];
        for (var i = 0; i < _rows.Length; i++)
        {
            if (i % Codec.RowsPerBlock == 0)
                cancellation.ThrowIfCancellationRequested();
            codec.Encode(Vector(i), blocks.AsSpan(i / Codec.RowsPerBlock * codec.BlockBytes, codec.BlockBytes), i % Codec.RowsPerBlock);
        }

        return blocks;
    }

    /// <summary>The places with the best scores, best first, without the query's own.</summary>
    private int[] Nearest(float[] scores, int query, int count)
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
    private double RecallOf(float[] exact, int query, ReadOnlySpan<int> candidates)
    {
        var best = Nearest(exact, query, Matches);
        var found = 0;
        foreach (var place in candidates)
            found += exact[place] >= exact[best[^1]] ? 1 : 0;
        return (double)Math.Min(found, best.Length) / best.Length;
    }
}
