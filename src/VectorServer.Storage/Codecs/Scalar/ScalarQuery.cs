namespace VectorServer.Storage.Codecs.Scalar;

/// <summary>
/// A query as the scalar kernels want it. With S the sum of level times query byte:
/// <c>score = multiplier * factor * (2 S - zero) + biasWeight * bias + offset</c>, and where rows keep their length
/// <c>+ length * (lengthWeight - lengthSquareWeight * length)</c>.
/// </summary>
internal sealed class ScalarQuery : PreparedQuery
{
    public required ScalarLayout Layout { get; init; }

    /// <summary>Signed query bytes in the order of the coordinates, four to an int32, <c>[groups x fields]</c>; 0 beyond the last.</summary>
    public required int[] Table { get; init; }

    /// <summary>The middle of the levels, doubled, times the sum of the query bytes.</summary>
    public required int Zero { get; init; }

    public required float Multiplier { get; init; }

    public required float BiasWeight { get; init; }

    public required float LengthWeight { get; init; }

    public required float LengthSquareWeight { get; init; }

    public required float Offset { get; init; }
}
