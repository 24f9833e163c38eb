using VectorServer.Storage.Filters;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Query;

/// <summary>Scans a snapshot's rows and offers the live, matching ones. Cost: one pass over the raw vectors, the codes, or the sparse scores.</summary>
internal static class CandidateScan
{
    private const int RowsPerStep = 512; // scores of a step stay in the first-level cache

    /// <summary>Scores the raw vectors from a row on: all of them, or only those of a filter's rows.</summary>
    public static void Exact(
        Metric metric,
        NamespaceSnapshot snapshot,
        ReadOnlySpan<float> query,
        RowSet? filtered,
        TopK nearest,
        CancellationToken cancellation,
        int firstRow = 0)
    {
        var vectors = snapshot.Generation.Vectors;
        var norm = ExactScorer.Norm(query);
        if (filtered is not null)
        {
            Span<float> one = stackalloc float[1];
            foreach (var row in filtered)
            {
                if (row.Value < firstRow || !snapshot.IsLive(row.Value))
                    continue;
                ExactScorer.Rows(metric, vectors.Row(row.Value), query, norm, one);
                if (!(one[0] < nearest.Threshold))
                    nearest.Offer(row.Value, one[0]);
            }

            return;
        }

        Span<float> scores = stackalloc float[RowsPerStep];
        for (var row = Math.Max(firstRow, snapshot.FirstRow); row < snapshot.RowCount;)
        {
            cancellation.ThrowIfCancellationRequested();
            var chunkEnd = (row | (vectors.RowsPerChunk - 1)) + 1L;
            var step = scores[..(int)Math.Min(RowsPerStep, Math.Min(chunkEnd, snapshot.RowCount) - row)];
            ExactScorer.Rows(metric, vectors.Rows(row, step.Length), query, norm, step);
            Offer(snapshot, row, step, null, nearest);
            row += step.Length;
        }
    }

    /// <summary>Scores the codes from a row on.</summary>
    public static void Codes(
        NamespaceSnapshot snapshot, ReadOnlySpan<float> query, RowSet? filtered, TopK nearest, CancellationToken cancellation, int firstRow = 0)
    {
        var codes = snapshot.Codes!;
        var prepared = codes.Codec.Prepare(query);
        Span<float> scores = stackalloc float[RowsPerStep];

        // Steps start on multiples of their length, so each lies in one chunk and begins with a block.
        firstRow = Math.Max(firstRow, snapshot.FirstRow);
        for (var row = firstRow / RowsPerStep * RowsPerStep; row < snapshot.RowCount; row += RowsPerStep)
        {
            cancellation.ThrowIfCancellationRequested();
            if (filtered is not null && !filtered.ContainsAny(row, RowsPerStep))
                continue;
            var step = scores[..Math.Min(RowsPerStep, snapshot.RowCount - row)];
            codes.Score(prepared, row, step);
            var before = Math.Max(0, firstRow - row);
            Offer(snapshot, row + before, step[before..], filtered, nearest);
        }
    }

    /// <summary>Adds the dense part, where the query has one, to exact sparse scores.</summary>
    /// <param name="snapshot">The rows.</param>
    /// <param name="sparseScores">By row, from the snapshot's first on.</param>
    /// <param name="query">Dense part; empty without one.</param>
    /// <param name="filtered">The filter's rows; null for all.</param>
    /// <param name="nearest">Takes the candidates.</param>
    /// <param name="cancellation">Stops the scan.</param>
    public static void Sparse(
        NamespaceSnapshot snapshot,
        ReadOnlySpan<double> sparseScores,
        ReadOnlyMemory<float> query,
        RowSet? filtered,
        TopK nearest,
        CancellationToken cancellation)
    {
        Span<float> dense = stackalloc float[1];
        for (var i = 0; i < sparseScores.Length; i++)
        {
            var row = snapshot.FirstRow + i;
            if (i % RowsPerStep == 0)
                cancellation.ThrowIfCancellationRequested();
            if ((filtered is not null && !filtered.Contains(new RowId(row))) || !snapshot.IsLive(row))
                continue;
            if (!query.IsEmpty)
                ExactScorer.Rows(Metric.DotProduct, snapshot.Generation.Vectors.Row(row), query.Span, queryNorm: 0, dense);
            var rank = (float)sparseScores[i] + dense[0];
            if (!(rank < nearest.Threshold))
                nearest.Offer(row, rank);
        }
    }

    private static void Offer(NamespaceSnapshot snapshot, int firstRow, ReadOnlySpan<float> scores, RowSet? filtered, TopK nearest)
    {
        for (var i = 0; i < scores.Length; i++)
        {
            var row = firstRow + i;
            if (!(scores[i] < nearest.Threshold) && (filtered is null || filtered.Contains(new RowId(row))) && snapshot.IsLive(row))
                nearest.Offer(row, scores[i]);
        }
    }
}
