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

            if (prepared is null)
                ReachRaw(snapshot, dense, norm, row, ranks[..count]);
            else
                codes!.Score(prepared, row, ranks[..count]);
            sparseScores.Clear();
            foreach (ref readonly var term in terms.AsSpan())
                term.AddScores(row, sparseScores);
            var words = filtered is null ? [] : filtered.Words[(row >> 6)..];
            if (prepared is null)
            {
                var rounding = SparseScan.Rounding(parts, terms.Length);
                for (var i = 0; i < count; i++)
                    ranks[i] = float.BitIncrement((float)(ranks[i] + sparseScores[i] + rounding));
                CandidateScan.OfferExactly(snapshot, snapshot.FirstRow, row, ranks[..count], words, exact, nearest);
            }
            else
            {
                for (var i = 0; i < count; i++)
                    ranks[i] = (float)(ranks[i] + sparseScores[i]);
                CandidateScan.Offer(snapshot, snapshot.FirstRow, row, ranks[..count], words, nearest);
            }
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
