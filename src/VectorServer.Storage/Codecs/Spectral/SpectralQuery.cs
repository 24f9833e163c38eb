namespace VectorServer.Storage.Codecs.Spectral;

/// <summary>
/// A query as the spectral kernels want it. The integer of a row is the sum of query byte times code, less <see cref="Zero"/> times the
/// sum of its codes.
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

    /// <summary>
    /// Query bytes as int16 pairs, real part in the lower half, <c>[pages x 256]</c>: what the gathers of AVX2 want. Made when first
    /// asked for; threads that ask at once make equal ones.
    /// </summary>
    public int[] Pairs => field ??= MakePairs();

    private int[] MakePairs()
    {
        var pairs = new int[Table.Length / 2];
        for (var i = 0; i < pairs.Length; i++)
        {
            var (page, slot) = Math.DivRem(i, SpectralLayout.SlotsPerPageMax);
            var re = Table[page * PageBytes + slot];
            var im = Table[page * PageBytes + SpectralLayout.SlotsPerPageMax + slot];
            pairs[i] = re | (im << 16);
        }

        return pairs;
    }
}
