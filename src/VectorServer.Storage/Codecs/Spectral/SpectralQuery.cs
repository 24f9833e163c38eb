namespace VectorServer.Storage.Codecs.Spectral;

/// <summary>
/// A query as the spectral kernels want it:
/// <c>score = multiplier * factor * (sum of query byte * code - 64 * sum) + biasWeight * bias + offset</c>, and where rows keep their
/// length <c>+ length * (lengthWeight - lengthSquareWeight * length)</c>.
/// </summary>
internal sealed class SpectralQuery : PreparedQuery
{
    /// <summary>Query bytes are unsigned with this as their zero.</summary>
    public const int Zero = 64;

    /// <summary>7 bits, so that VPMADDUBSW's sum of two products, 2 * 127 * 127, never saturates its int16.</summary>
    public const int LevelMax = 63;

    /// <summary>Bytes of one page in <see cref="Table"/>: real parts by slot, then imaginary parts.</summary>
    public const int PageBytes = 2 * SpectralLayout.SlotsPerPageMax;

    public required SpectralLayout Layout { get; init; }

    /// <summary>Query bytes, <c>[pages x 512]</c>.</summary>
    public required byte[] Table { get; init; }

    public required float Multiplier { get; init; }

    public required float BiasWeight { get; init; }

    public required float LengthWeight { get; init; }

    public required float LengthSquareWeight { get; init; }

    public required float Offset { get; init; }
}
