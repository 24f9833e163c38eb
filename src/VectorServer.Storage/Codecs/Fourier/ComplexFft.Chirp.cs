using System.Numerics;

namespace VectorServer.Storage.Codecs.Fourier;

internal sealed partial class ComplexFft
{
    /// <summary>Bluestein's algorithm: a DFT of any length as a circular convolution of a power-of-two length.</summary>
    private sealed class Chirp
    {
        private readonly int _length;
        private readonly ComplexFft _convolution;

        // exp(-pi i k^2 / length)
        private readonly float[] _chirpRe;
        private readonly float[] _chirpIm;

        // The transform of the conjugate chirp, divided by the convolution's length.
        private readonly float[] _kernelRe;
        private readonly float[] _kernelIm;

        public Chirp(int length)
        {
            _length = length;
            var padded = (int)BitOperations.RoundUpToPowerOf2((uint)(2 * length - 1));
            _convolution = new ComplexFft(padded);

            _chirpRe = new float[length];
            _chirpIm = new float[length];
            _kernelRe = new float[padded];
            _kernelIm = new float[padded];
            for (var k = 0; k < length; k++)
            {
                // The angle repeats every 2 * length; reducing k^2 first keeps it exact.
                var (sin, cos) = Math.SinCos(-Math.PI * ((long)k * k % (2L * length)) / length);
                _chirpRe[k] = (float)cos;
                _chirpIm[k] = (float)sin;
                _kernelRe[k] = _kernelRe[(padded - k) % padded] = (float)(cos / padded);
                _kernelIm[k] = _kernelIm[(padded - k) % padded] = (float)(-sin / padded);
            }

            _convolution.Forward(_kernelRe, _kernelIm, new float[_convolution.WorkLength]);
        }

        public int WorkLength => 2 * _convolution.Length + _convolution.WorkLength;

        public void Forward(Span<float> re, Span<float> im, Span<float> work)
        {
            var padded = _convolution.Length;
            var pRe = work[..padded];
            var pIm = work.Slice(padded, padded);
            var rest = work[(2 * padded)..];

            for (var k = 0; k < _length; k++)
            {
                pRe[k] = re[k] * _chirpRe[k] - im[k] * _chirpIm[k];
                pIm[k] = re[k] * _chirpIm[k] + im[k] * _chirpRe[k];
            }

            pRe[_length..].Clear();
            pIm[_length..].Clear();
            _convolution.Forward(pRe, pIm, rest);
            for (var k = 0; k < padded; k++)
            {
                var product = pRe[k] * _kernelRe[k] - pIm[k] * _kernelIm[k];
                pIm[k] = pRe[k] * _kernelIm[k] + pIm[k] * _kernelRe[k];
                pRe[k] = product;
            }

            // The inverse transform is the forward one with the parts exchanged.
            _convolution.Forward(pIm, pRe, rest);
            for (var k = 0; k < _length; k++)
            {
                re[k] = pRe[k] * _chirpRe[k] - pIm[k] * _chirpIm[k];
                im[k] = pRe[k] * _chirpIm[k] + pIm[k] * _chirpRe[k];
            }
        }
    }
}
