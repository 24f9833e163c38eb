using System.Buffers;

namespace VectorServer.Storage.Codecs.Fourier;

/// <summary>
/// The orthonormal spectrum of a real vector, packed into <c>(dimension + 1) / 2</c> complex slots so that dot products are kept:
/// <c>dot(x, y) == sum over slots of xRe * yRe + xIm * yIm</c>. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// Slot 0 holds the two real bins of an even dimension, DC and Nyquist, as its parts (odd: DC and zero). Slot k is bin k times
/// sqrt(2), which stands for its conjugate too.
/// </remarks>
internal sealed class RealFft
{
    private readonly ComplexFft _fft;

    // exp(-2 pi i k / dimension) for k up to half the slots; even dimensions only.
    private readonly float[] _twiddleRe = [];
    private readonly float[] _twiddleIm = [];
    private readonly float _edgeScale;
    private readonly float _innerScale;

    public RealFft(int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        Dimension = dimension;
        Slots = (dimension + 1) / 2;
        _edgeScale = (float)Math.Sqrt(1.0 / dimension);
        _innerScale = (float)Math.Sqrt(2.0 / dimension);

        if (dimension % 2 != 0)
        {
            _fft = new ComplexFft(dimension);
            return;
        }

        _fft = new ComplexFft(Slots);
        _twiddleRe = new float[Slots / 2 + 1];
        _twiddleIm = new float[Slots / 2 + 1];
        for (var k = 0; k < _twiddleRe.Length; k++)
        {
            var (sin, cos) = Math.SinCos(-2 * Math.PI * k / dimension);
            _twiddleRe[k] = (float)cos;
            _twiddleIm[k] = (float)sin;
        }
    }

    public int Dimension { get; }

    /// <summary>Complex numbers in a spectrum.</summary>
    public int Slots { get; }

    /// <param name="vector">Finite values, <c>[Dimension]</c>.</param>
    /// <param name="re">Out: <c>[Slots]</c>.</param>
    /// <param name="im">Out: <c>[Slots]</c>.</param>
    public void Forward(ReadOnlySpan<float> vector, Span<float> re, Span<float> im)
    {
        if (vector.Length != Dimension || re.Length != Slots || im.Length != Slots)
            throw new ArgumentException($"A spectrum of dimension {Dimension} has {Slots} slots.");

        var isEven = Dimension % 2 == 0;
        var work = ArrayPool<float>.Shared.Rent(_fft.WorkLength + (isEven ? 0 : 2 * Dimension));
        try
        {
            if (isEven)
                ForwardEven(vector, re, im, work);
            else
                ForwardOdd(vector, re, im, work);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(work);
        }
    }

    /// <summary>Even and odd components as the two parts of a complex vector of half the length; then the two are told apart.</summary>
    private void ForwardEven(ReadOnlySpan<float> vector, Span<float> re, Span<float> im, Span<float> work)
    {
        for (var k = 0; k < re.Length; k++)
        {
            re[k] = vector[2 * k];
            im[k] = vector[2 * k + 1];
        }

        _fft.Forward(re, im, work);

        (re[0], im[0]) = (_edgeScale * (re[0] + im[0]), _edgeScale * (re[0] - im[0]));
        var half = 0.5f * _innerScale;
        for (var k = 1; k < _twiddleRe.Length && k < re.Length; k++)
        {
            var mirror = re.Length - k;
            var evenRe = half * (re[k] + re[mirror]);
            var evenIm = half * (im[k] - im[mirror]);
            var oddRe = half * (im[k] + im[mirror]);
            var oddIm = half * (re[mirror] - re[k]);
            var turnedRe = oddRe * _twiddleRe[k] - oddIm * _twiddleIm[k];
            var turnedIm = oddRe * _twiddleIm[k] + oddIm * _twiddleRe[k];

            re[mirror] = evenRe - turnedRe;
            im[mirror] = turnedIm - evenIm;
            re[k] = evenRe + turnedRe;
            im[k] = evenIm + turnedIm;
        }
    }

    private void ForwardOdd(ReadOnlySpan<float> vector, Span<float> re, Span<float> im, Span<float> work)
    {
        var fullRe = work[..Dimension];
        var fullIm = work.Slice(Dimension, Dimension);
        vector.CopyTo(fullRe);
        fullIm.Clear();

        _fft.Forward(fullRe, fullIm, work[(2 * Dimension)..]);

        re[0] = _edgeScale * fullRe[0];
        im[0] = 0;
        for (var k = 1; k < re.Length; k++)
        {
            re[k] = _innerScale * fullRe[k];
            im[k] = _innerScale * fullIm[k];
        }
    }
}
