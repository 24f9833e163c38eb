using VectorServer.Storage;

namespace VectorServer.Api.Wire;

/// <summary>The wire's words for <see cref="Metric"/> and <see cref="VectorType"/>.</summary>
internal static class MetricNames
{
    public static string ToWire(this Metric metric) => metric switch
    {
        Metric.DotProduct => "dotproduct",
        Metric.Euclidean => "euclidean",
        _ => "cosine",
    };

    public static string ToWire(this VectorType type) => type == VectorType.Sparse ? "sparse" : "dense";

    public static bool TryParse(string name, out Metric metric)
    {
        metric = name switch
        {
            "dotproduct" => Metric.DotProduct,
            "euclidean" => Metric.Euclidean,
            _ => Metric.Cosine,
        };
        return metric.ToWire() == name;
    }
}
