using VectorServer.Storage.Filters;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Query;

/// <summary>
/// Offers all live, matching rows by the sum of a dense and a sparse inner product, exactly. Cost: one pass over the raw vectors, and one over
/// the query's lists.
/// </summary>
internal static class HybridScan
{
    private const int RowsPerStep = 512; // scores of a step stay in the first-level cache

    public static void Run(
        NamespaceSnapshot snapshot,
        SparseVector sparse,
        ReadOnlySpan<float> dense,
        RowSet? filtered,
        TopK nearest,
        CancellationToken cancellation,
        int firstRow = 0)
    {
        // Steps start on multiples of their length, so each begins with a word of the filter's bitmap.
        firstRow = Math.Max(firstRow, snapshot.FirstRow);
        var start = firstRow / RowsPerStep * RowsPerStep;
        var terms = snapshot.Generation.Sparse.Terms(sparse, start);
        var norm = ExactScorer.Norm(dense);
        var exact = new ExactRank(Metric.DotProduct, snapshot, dense, sparse);
        Span<float> ranks = stackalloc float[RowsPerStep];
        Span<double> sparseScores = stackalloc double[RowsPerStep];
        for (var row = start; row < snapshot.RowCount; row += RowsPerStep)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(RowsPerStep, snapshot.RowCount - row);
            var parts = 0d;
            foreach (ref var term in terms.AsSpan())
            {
                term.MoveTo(row + count);
                parts += term.Largest;
            }

            if (filtered?.ContainsAny(row, count) == false)
                continue;

            ReachRaw(snapshot, dense, norm, row, ranks[..count]);
            sparseScores.Clear();
            foreach (ref readonly var term in terms.AsSpan())
                term.AddScores(row, sparseScores);
            var rounding = SparseScan.Rounding(parts, terms.Length);
            for (var i = 0; i < count; i++)
                ranks[i] = float.BitIncrement((float)(ranks[i] + sparseScores[i] + rounding));
            CandidateScan.OfferExactly(
                snapshot, firstRow, row, ranks[..count], filtered is null ? [] : filtered.Words[(row >> 6)..], exact, nearest);
        }
    }

    private static void ReachRaw(NamespaceSnapshot snapshot, ReadOnlySpan<float> query, float queryNorm, int firstRow, Span<float> reaches)
    {
        var vectors = snapshot.Generation.Vectors;
        var perChunk = Math.Min(RowsPerStep, vectors.RowsPerChunk); // both are powers of two
        for (var i = 0; i < reaches.Length; i += perChunk)
        {
            var part = reaches.Slice(i, Math.Min(perChunk, reaches.Length - i));
            ExactScorer.Reach(Metric.DotProduct, vectors.Rows(firstRow + i, part.Length), query, queryNorm, part);
        }
    }
}
