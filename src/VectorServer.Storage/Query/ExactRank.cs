using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Query;

/// <summary>The rank of a row by its exact score, in double precision: what decides the order of all matches.</summary>
/// <param name="metric">The index's metric.</param>
/// <param name="snapshot">The rows.</param>
/// <param name="dense">The query's dense part; empty where it has none.</param>
/// <param name="sparse">Its sparse part.</param>
internal sealed class ExactRank(Metric metric, NamespaceSnapshot snapshot, ReadOnlySpan<float> dense, SparseVector? sparse = null)
{
    private readonly ExactQuery? _dense = dense.IsEmpty ? null : new ExactQuery(metric, dense);

    public double Of(int row)
    {
        var score = sparse is null ? 0 : snapshot.Generation.Sparse.Score(sparse, row);
        if (_dense is not null)
            score += _dense.Score(snapshot.Generation.Vectors.Row(row));
        return metric.ToRank(score);
    }
}
