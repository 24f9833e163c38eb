namespace VectorServer.Storage.Codecs.Spectral;

/// <summary>How spectra of an index's unit vectors become bytes: per slot the mean that is taken off first, and the value of one step.</summary>
/// <param name="meanRe">Mean real part of each slot.</param>
/// <param name="meanIm">Mean imaginary part of each slot.</param>
/// <param name="steps">Value of one code step of each slot, positive.</param>
internal sealed class SpectralGrid(float[] meanRe, float[] meanIm, float[] steps)
{
    /// <summary>Codes are -127..127, so that negation is exact and a product with a query byte fits its int16.</summary>
    public const int CodeMax = 127;

    public float[] MeanRe { get; } = meanRe;

    public float[] MeanIm { get; } = meanIm;

    public float[] Steps { get; } = steps;

    /// <summary>The code nearest to a value; values beyond the grid take its edge.</summary>
    public static sbyte Quantize(float value, float step) =>
        (sbyte)MathF.Round(Math.Clamp(value / step, -CodeMax, CodeMax));

    /// <summary>Dot product of a spectrum with the mean.</summary>
    public double DotMean(ReadOnlySpan<float> re, ReadOnlySpan<float> im)
    {
        double sum = 0;
        for (var slot = 0; slot < MeanRe.Length; slot++)
            sum += (double)re[slot] * MeanRe[slot] + (double)im[slot] * MeanIm[slot];

        return sum;
    }

    /// <summary>Takes the mean off a spectrum and returns the length of what remains.</summary>
    public double Center(Span<float> re, Span<float> im)
    {
        double squares = 0;
        for (var slot = 0; slot < MeanRe.Length; slot++)
        {
            re[slot] -= MeanRe[slot];
            im[slot] -= MeanIm[slot];
            squares += (double)re[slot] * re[slot] + (double)im[slot] * im[slot];
        }

        return Math.Sqrt(squares);
    }
}
