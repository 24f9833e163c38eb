namespace VectorServer.Storage.Scoring;

/// <summary>Turns the wire's scores into ranks and back.</summary>
internal static class MetricRank
{
    /// <summary>The score as "higher is nearer": itself, or its negative for a distance.</summary>
    public static double ToRank(this Metric metric, double score) => metric == Metric.Euclidean ? -score : score;
}
