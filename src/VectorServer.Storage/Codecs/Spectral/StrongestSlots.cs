using System.Numerics;
using System.Runtime.InteropServices;

namespace VectorServer.Storage.Codecs.Spectral;

/// <summary>Finds the slots of a page with the most energy.</summary>
internal static class StrongestSlots
{
    /// <summary>Writes the numbers of the strongest slots, ascending; of equal ones the later.</summary>
    /// <param name="re">Real parts of the page, at most 256.</param>
    /// <param name="im">Imaginary parts, as many.</param>
    /// <param name="strongest">Out: as many slots as it is long, at most those there are.</param>
    public static void Select(ReadOnlySpan<float> re, ReadOnlySpan<float> im, Span<byte> strongest)
    {
        if (re.Length > SpectralLayout.SlotsPerPageMax || im.Length != re.Length || strongest.Length > re.Length)
            throw new ArgumentException("A page has at most 256 slots and gives at most those.");
        if (strongest.IsEmpty)
            return;

        // Energies are positive, so their bits order as they do; the slot in the low byte makes every key different.
        Span<uint> keys = stackalloc uint[SpectralLayout.SlotsPerPageMax];
        for (var slot = 0; slot < re.Length; slot++)
            keys[slot] = (BitConverter.SingleToUInt32Bits(re[slot] * re[slot] + im[slot] * im[slot]) & ~0xFFu) | (uint)slot;
        keys[re.Length..].Clear();

        var threshold = KthLargest(keys, strongest.Length);
        var count = 0;
        for (var slot = 0; slot < re.Length && count < strongest.Length; slot++)
        {
            if (keys[slot] >= threshold)
                strongest[count++] = (byte)slot;
        }
    }

    /// <summary>The largest value that at least <paramref name="count"/> keys reach, found bit by bit: no branch depends on the data.</summary>
    private static uint KthLargest(ReadOnlySpan<uint> keys, int count)
    {
        var wide = MemoryMarshal.Cast<uint, Vector<uint>>(keys);
        uint threshold = 0;
        for (var bit = 31; bit >= 0; bit--)
        {
            var candidate = threshold | (1u << bit);
            var limit = new Vector<uint>(candidate);
            var reached = Vector<uint>.Zero;
            foreach (var key in wide)
                reached -= Vector.GreaterThanOrEqual(key, limit);

            if (Vector.Sum(reached) >= (uint)count)
                threshold = candidate;
        }

        return threshold;
    }
}
