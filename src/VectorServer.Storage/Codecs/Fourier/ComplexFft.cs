namespace VectorServer.Storage.Codecs.Fourier;

/// <summary>
/// A planned forward DFT of one length: <c>X[k] = sum over j of x[j] * exp(-2 pi i j k / length)</c>, unscaled. Immutable and
/// thread-safe; the caller brings the work space.
/// </summary>
/// <remarks>
/// Stockham's autosort form (no bit reversal), radix 4 where it divides, then 2, 3 and any small prime. A length with a larger prime
/// factor goes through Bluestein's chirp transform, so no length costs more than <c>n log n</c>.
/// </remarks>
internal sealed partial class ComplexFft
{
    // A direct butterfly costs the prime per element, Bluestein three transforms of up to four times the length: even near 64.
    private const int LargestDirectPrime = 61;

    private readonly Pass[] _passes;
    private readonly Chirp? _chirp;

    public ComplexFft(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        Length = length;

        var radices = Factor(length);
        if (radices.Any(radix => radix > LargestDirectPrime))
        {
            _passes = [];
            _chirp = new Chirp(length);
            WorkLength = _chirp.WorkLength;
            return;
        }

        _passes = new Pass[radices.Count];
        var remaining = length;
        for (var i = 0; i < radices.Count; i++)
        {
            _passes[i] = new Pass(radices[i], remaining, stride: length / remaining);
            remaining /= radices[i];
        }

        WorkLength = 2 * length;
    }

    public int Length { get; }

    /// <summary>Floats of work space that <see cref="Forward"/> needs.</summary>
    public int WorkLength { get; }

    /// <summary>Transforms in place.</summary>
    /// <param name="re">Real parts, <c>[Length]</c>.</param>
    /// <param name="im">Imaginary parts, <c>[Length]</c>.</param>
    /// <param name="work">At least <see cref="WorkLength"/> floats of any content; overwritten.</param>
    public void Forward(Span<float> re, Span<float> im, Span<float> work)
    {
        if (re.Length != Length || im.Length != Length || work.Length < WorkLength)
            throw new ArgumentException($"A transform of length {Length} needs parts of that length and {WorkLength} floats of work.");

        if (_chirp is not null)
        {
            _chirp.Forward(re, im, work);
            return;
        }

        var otherRe = work[..Length];
        var otherIm = work.Slice(Length, Length);
        var inWork = false;
        foreach (var pass in _passes)
        {
            if (inWork)
                pass.Run(otherRe, otherIm, re, im);
            else
                pass.Run(re, im, otherRe, otherIm);

            inWork = !inWork;
        }

        if (!inWork)
            return;

        otherRe.CopyTo(re);
        otherIm.CopyTo(im);
    }

    private static List<int> Factor(int length)
    {
        List<int> radices = [];
        while (length % 4 == 0)
        {
            radices.Add(4);
            length /= 4;
        }

        for (var prime = 2; length > 1; prime++)
        {
            if (prime * prime > length)
                prime = length;

            while (length % prime == 0)
            {
                radices.Add(prime);
                length /= prime;
            }
        }

        return radices;
    }
}
