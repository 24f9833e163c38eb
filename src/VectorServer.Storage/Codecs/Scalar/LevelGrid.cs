using System.Runtime.Intrinsics;

namespace VectorServer.Storage.Codecs.Scalar;

/// <summary>
/// Rounds a row's coordinates to levels. Level l stands for <c>l - (2^bits - 1) / 2</c> steps; only the direction of a code matters, its
/// length is undone by the row's factor, so the step is chosen for the row, as the one whose code points nearest to the row.
/// </summary>
/// <param name="bits">1, 2, 4 or 8.</param>
internal sealed class LevelGrid(int bits)
{
    // Steps tried, as shares of the root mean square: around the best one for coordinates that are normally distributed. A step is no
    // smaller than the largest coordinate needs at 8 bits, where cutting costs more than rounding.
    private static readonly float[] Shares2 = [0.7f, 0.8f, 0.9f, 1.0f, 1.1f, 1.2f, 1.35f];
    private static readonly float[] Shares4 = [0.22f, 0.26f, 0.29f, 0.32f, 0.35f, 0.38f, 0.42f, 0.48f];
    private static readonly float[] Reaches8 = [0.6f, 0.75f, 0.9f, 1.0f];

    /// <summary>The largest level.</summary>
    public int LevelMax { get; } = (1 << bits) - 1;

    /// <summary>Finds the step for a row.</summary>
    /// <param name="coordinates">Without the mean.</param>
    /// <returns>A positive step; 1 for a row of zeros.</returns>
    public float ChooseStep(ReadOnlySpan<float> coordinates)
    {
        double squares = 0;
        float largest = 0;
        foreach (var value in coordinates)
        {
            squares += (double)value * value;
            largest = Math.Max(largest, Math.Abs(value));
        }

        var rms = (float)Math.Sqrt(squares / coordinates.Length);
        if (!(rms > 0))
            return 1;
        if (bits == 1)
            return rms;

        var (unit, shares) = bits switch
        {
            2 => (rms, Shares2),
            4 => (rms, Shares4),
            _ => (2 * largest / LevelMax, Reaches8),
        };
        var (best, bestCosine) = (unit * shares[0], double.NegativeInfinity);
        foreach (var share in shares)
        {
            var step = unit * share;
            var (dot, norm) = Fit(coordinates, step);
            var cosine = dot / Math.Sqrt(norm);
            if (cosine > bestCosine)
                (best, bestCosine) = (step, cosine);
        }

        return best;
    }

    /// <summary>The level nearest to a coordinate; beyond the grid its edge.</summary>
    public int LevelOf(float coordinate, float inverseStep) =>
        (int)Math.Clamp(MathF.Floor(coordinate * inverseStep + Half), 0, LevelMax);

    /// <summary>What a level stands for, in steps.</summary>
    public float ValueOf(int level) => level - 0.5f * LevelMax;

    private float Half => 0.5f * (LevelMax + 1);

    /// <summary>Products of the code that a step gives with the row, and with itself, in steps.</summary>
    private (double Dot, double Norm) Fit(ReadOnlySpan<float> coordinates, float step)
    {
        var (inverse, middle) = (1 / step, 0.5f * LevelMax);
        Vector256<float> dots = default, norms = default;
        var at = 0;
        for (; at + Vector256<float>.Count <= coordinates.Length; at += Vector256<float>.Count)
        {
            var values = Vector256.Create(coordinates[at..]);
            var levels = Vector256.Min(Vector256.Max(Vector256.Floor(values * inverse + Vector256.Create(Half)), default), Vector256.Create((float)LevelMax));
            var code = levels - Vector256.Create(middle);
            dots += code * values;
            norms += code * code;
        }

        double dot = Vector256.Sum(dots), norm = Vector256.Sum(norms);
        for (; at < coordinates.Length; at++)
        {
            var code = ValueOf(LevelOf(coordinates[at], inverse));
            dot += code * coordinates[at];
            norm += code * code;
        }

        return (dot, norm);
    }
}
