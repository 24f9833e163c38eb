namespace VectorServer.Storage.Codecs;

/// <summary>
/// How far an estimate may be off. With e what a code has lost of a row, the error is a product of e with a vector known in length: at most
/// the product of both lengths (<see cref="Deterministic"/>), and after a random rotation a Gaussian of that divided by the root of the
/// dimension, of which <see cref="Kappa"/> deviations are allowed.
/// </summary>
/// <param name="Kappa">Deviations; infinite for the deterministic bound.</param>
internal readonly record struct ErrorBound(float Kappa)
{
    /// <summary>What searches trust: one row in 30,000 whose estimate is off by more, on the harmful side.</summary>
    public static ErrorBound Usual { get; } = new(4);

    /// <summary>For queries that <see cref="Usual"/> would make read too many rows, as among noise, where all rows are nearly as far.</summary>
    public static ErrorBound Narrow { get; } = new(3);

    public static ErrorBound Deterministic { get; } = new(float.PositiveInfinity);

    /// <summary><c>deterministic</c>, or <c>kappa=N</c>.</summary>
    public string Name => float.IsInfinity(Kappa) ? "deterministic" : FormattableString.Invariant($"kappa={Kappa}");

    /// <summary>The share of rows whose estimates are off by more on the harmful side, if errors are normally distributed; 0 where none can be.</summary>
    public double MissShare => float.IsInfinity(Kappa) ? 0 : NormalTail(Kappa);

    /// <summary>The share of the product of lengths that an error may reach, given its deviation as a share of it.</summary>
    public float Share(float deviation) => float.IsInfinity(Kappa) ? 1 : MathF.Min(1, Kappa * deviation);

    /// <summary>The bound that this amounts to where a deviation is that share of the product of lengths.</summary>
    public ErrorBound At(float deviation) => Kappa * deviation >= 1 ? Deterministic : this;

    /// <summary>Abramowitz and Stegun, 26.2.17.</summary>
    private static double NormalTail(double x)
    {
        var t = 1 / (1 + 0.2316419 * x);
        var series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) * series;
    }
}
