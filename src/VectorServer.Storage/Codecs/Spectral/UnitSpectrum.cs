using System.Buffers;
using VectorServer.Storage.Codecs.Fourier;

namespace VectorServer.Storage.Codecs.Spectral;

/// <summary>The spectrum of a vector scaled to length 1.</summary>
internal static class UnitSpectrum
{
    /// <returns>The vector's length; for 0, or a vector with a value that is not finite, the spectrum is zero.</returns>
    /// <param name="fft">The plan of the vector's dimension.</param>
    /// <param name="vector">Values whose squares may overflow a float.</param>
    /// <param name="re">Out: <c>[fft.Slots]</c>.</param>
    /// <param name="im">Out: <c>[fft.Slots]</c>.</param>
    public static double Compute(RealFft fft, ReadOnlySpan<float> vector, Span<float> re, Span<float> im)
    {
        double squares = 0;
        foreach (var value in vector)
            squares += (double)value * value;

        var length = Math.Sqrt(squares);
        if (!(length > 0) || !double.IsFinite(length))
        {
            re.Clear();
            im.Clear();
            return 0;
        }

        var unit = ArrayPool<float>.Shared.Rent(vector.Length);
        try
        {
            var inverse = 1 / length;
            for (var i = 0; i < vector.Length; i++)
                unit[i] = (float)(vector[i] * inverse);

            fft.Forward(unit.AsSpan(0, vector.Length), re, im);
            return length;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(unit);
        }
    }
}
