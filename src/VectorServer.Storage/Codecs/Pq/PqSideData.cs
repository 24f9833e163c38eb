using System.Runtime.InteropServices;

namespace VectorServer.Storage.Codecs.Pq;

/// <summary>What is kept beside a row's codes, so that products with what they stand for become products with the row.</summary>
internal static class PqSideData
{
    // A code that points elsewhere says little of its row; making up for all it lost would only make it loud.
    private const double CosineMin = 0.25;

    /// <summary>
    /// The factor that makes products with a code estimate those with its row, exactly for the row itself: <c>r.r / r.c</c>.
    /// </summary>
    /// <param name="rest">r, what was coded.</param>
    /// <param name="decoded">c, what the code stands for.</param>
    public static double Factor(ReadOnlySpan<float> rest, ReadOnlySpan<float> decoded)
    {
        double restSquare = 0, decodedSquare = 0, product = 0;
        for (var i = 0; i < rest.Length; i++)
        {
            restSquare += (double)rest[i] * rest[i];
            decodedSquare += (double)decoded[i] * decoded[i];
            product += (double)rest[i] * decoded[i];
        }

        var kept = Math.Max(product, CosineMin * Math.Sqrt(restSquare * decodedSquare));
        return kept > 0 ? restSquare / kept : 0;
    }

    public static void Write(PqLayout layout, Span<byte> block, int rowInBlock, double factor, double bias, double length)
    {
        MemoryMarshal.Cast<byte, float>(block[layout.FactorOffset..])[rowInBlock] = (float)factor;
        MemoryMarshal.Cast<byte, float>(block[layout.BiasOffset..])[rowInBlock] = (float)bias;
        if (layout.HasLength)
            MemoryMarshal.Cast<byte, float>(block[layout.LengthOffset..])[rowInBlock] = (float)length;
    }
}
