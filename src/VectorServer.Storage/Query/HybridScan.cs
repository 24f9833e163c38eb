using VectorServer.Storage.Codecs;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Query;

/// <summary>
/// Offers all live, matching rows by the sum of a dense and a sparse inner product: the sparse part exact, the dense one from the codes
/// or exact. Cost: one pass over the codes or the raw vectors, and one over the query's lists.
/// </summary>
internal static class HybridScan
{
    private const int RowsPerStep = 512; // scores of a step stay in the first-level cache

    public static void Run(
        NamespaceSnapshot snapshot,
        SparseVector sparse,
        ReadOnlySpan<float> dense,
        CodeStore? codes,
        RowSet? filtered,
        TopK nearest,
        CancellationToken cancellation)
    {
        // Steps start on multiples of their length, so each lies in one chunk of the codes and begins with a block.
        var start = snapshot.FirstRow / RowsPerStep * RowsPerStep;
        var terms = snapshot.Generation.Sparse.Terms(sparse, start);
        var prepared = codes?.Codec.Prepare(dense);
        Span<float> ranks = stackalloc float[RowsPerStep];
        Span<double> sparseScores = stackalloc double[RowsPerStep];
        for (var row = start; row < snapshot.RowCount; row += RowsPerStep)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(RowsPerStep, snapshot.RowCount - row);
            foreach (ref var term in terms.AsSpan())
                term.MoveTo(row + count);
            if (filtered?.ContainsAny(row, count) == false)
                continue;

            if (prepared is null)
                ScoreRaw(snapshot, dense, row, ranks[..count]);
            else
                codes!.Score(prepared, row, ranks[..count]);
            sparseScores.Clear();
            foreach (ref readonly var term in terms.AsSpan())
                term.AddScores(row, sparseScores);
            for (var i = 0; i < count; i++)
                ranks[i] = (float)(ranks[i] + sparseScores[i]);
            CandidateScan.Offer(snapshot, snapshot.FirstRow, row, ranks[..count], filtered is null ? [] : filtered.Words[(row >> 6)..], nearest);
        }
    }

    private static void ScoreRaw(NamespaceSnapshot snapshot, ReadOnlySpan<float> query, int firstRow, Span<float> scores)
    {
        var vectors = snapshot.Generation.Vectors;
        var perChunk = Math.Min(RowsPerStep, vectors.RowsPerChunk); // both are powers of two
        for (var i = 0; i < scores.Length; i += perChunk)
        {
            var part = scores.Slice(i, Math.Min(perChunk, scores.Length - i));
            ExactScorer.Rows(Metric.DotProduct, vectors.Rows(firstRow + i, part.Length), query, queryNorm: 0, part);
        }
    }
}
