namespace VectorServer.Storage.Codecs.Scalar;

/// <summary>
/// A query as the scalar kernels want it. The integer of a row is twice the sum of level times query byte, less <see cref="Zero"/>.
/// </summary>
internal sealed class ScalarQuery : PreparedQuery
{
    public required ScalarLayout Layout { get; init; }

    /// <summary>Signed query bytes in the order of the coordinates, four to an int32, <c>[groups x fields]</c>; 0 beyond the last.</summary>
    public required int[] Table { get; init; }

    /// <summary>The middle of the levels, doubled, times the sum of the query bytes.</summary>
    public required int Zero { get; init; }
}
