namespace VectorServer.Api.Wire;

/// <summary>Scores as answers carry them: float32, while matches are ordered in double.</summary>
internal static class WireScore
{
    /// <summary>The score in float32; what lies beyond its range is cut to its ends, for JSON has no infinity.</summary>
    public static float Of(double score) => (float)Math.Clamp(score, float.MinValue, float.MaxValue);
}
