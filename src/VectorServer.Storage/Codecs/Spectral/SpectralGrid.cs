namespace VectorServer.Storage.Codecs.Spectral;

/// <summary>How spectra of directions become bytes: per slot the value of one step.</summary>
/// <param name="steps">Value of one code step of each slot, positive.</param>
internal sealed class SpectralGrid(float[] steps)
{
    /// <summary>Codes are -127..127, so that negation is exact and a product with a query byte fits its int16.</summary>
    public const int CodeMax = 127;

    public float[] Steps { get; } = steps;

    /// <summary>The code nearest to a value; values beyond the grid take its edge.</summary>
    public static sbyte Quantize(float value, float step) =>
        (sbyte)MathF.Round(Math.Clamp(value / step, -CodeMax, CodeMax));
}
