using System.Diagnostics;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Codecs;

/// <summary>
/// How an estimate on unit vectors becomes a rank of the metric. With m the mean of unit vectors, x a unit row without it, q a unit query:
/// <c>rank = Dot * s * ((q - m).(x - m)) + Dot * (s * m.x) + Length * length - LengthSquare * length^2 + Offset</c>, where s is 1 for
/// cosine and the row's length else.
/// </summary>
/// <param name="Dot">Weight of products of row and query.</param>
/// <param name="Length">Weight of the row's length; 0 for cosine.</param>
/// <param name="LengthSquare">Weight of the row's squared length.</param>
/// <param name="Offset">What belongs to the query alone.</param>
internal readonly record struct RankWeights(float Dot, float Length, float LengthSquare, float Offset)
{
    /// <param name="metric">Cosine ranks unit vectors; the others true lengths, Euclidean as <c>2 q.x - x.x - q.q</c>.</param>
    /// <param name="length">The query's length.</param>
    /// <param name="mean"><c>q.m - m.m</c> of the unit query.</param>
    public static RankWeights Of(Metric metric, double length, double mean)
    {
        var weight = metric switch
        {
            Metric.Cosine => 1,
            Metric.DotProduct => length,
            Metric.Euclidean => 2 * length,
            _ => throw new UnreachableException(),
        };
        return metric == Metric.Cosine
            ? new RankWeights(1, 0, 0, (float)mean)
            : new RankWeights(
                (float)weight, (float)(weight * mean), metric == Metric.Euclidean ? 1 : 0, metric == Metric.Euclidean ? (float)-(length * length) : 0);
    }
}
