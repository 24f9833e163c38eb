namespace VectorServer.Storage.Codecs.Fourier;

internal sealed partial class ComplexFft
{
    /// <summary>One radix of the transform, with its twiddle factors.</summary>
    private sealed class Pass
    {
        private readonly int _radix;
        private readonly int _groups;
        private readonly int _stride;

        // Roots of the pass, [group, k - 1]: exp(-2 pi i group k / (radix * groups)).
        private readonly float[] _twiddleRe;
        private readonly float[] _twiddleIm;

        // exp(-2 pi i k / radix), for the direct butterfly.
        private readonly float[] _rootRe;
        private readonly float[] _rootIm;

        public Pass(int radix, int length, int stride)
        {
            _radix = radix;
            _groups = length / radix;
            _stride = stride;

            _twiddleRe = new float[_groups * (radix - 1)];
            _twiddleIm = new float[_groups * (radix - 1)];
            for (var group = 0; group < _groups; group++)
            {
                for (var k = 1; k < radix; k++)
                {
                    var (sin, cos) = Math.SinCos(-2 * Math.PI * ((long)group * k) / length);
                    _twiddleRe[group * (radix - 1) + k - 1] = (float)cos;
                    _twiddleIm[group * (radix - 1) + k - 1] = (float)sin;
                }
            }

            _rootRe = new float[radix];
            _rootIm = new float[radix];
            for (var k = 0; k < radix; k++)
            {
                var (sin, cos) = Math.SinCos(-2 * Math.PI * k / radix);
                _rootRe[k] = (float)cos;
                _rootIm[k] = (float)sin;
            }
        }

        /// <summary>Reads <c>x[q + stride * (group + groups * k)]</c>, writes <c>y[q + stride * (radix * group + k)]</c>.</summary>
        public void Run(ReadOnlySpan<float> xRe, ReadOnlySpan<float> xIm, Span<float> yRe, Span<float> yIm)
        {
            if (_radix == 4)
                Radix4(xRe, xIm, yRe, yIm);
            else if (_radix == 2)
                Radix2(xRe, xIm, yRe, yIm);
            else
                Direct(xRe, xIm, yRe, yIm);
        }

        private void Radix2(ReadOnlySpan<float> xRe, ReadOnlySpan<float> xIm, Span<float> yRe, Span<float> yIm)
        {
            var apart = _stride * _groups;
            for (var group = 0; group < _groups; group++)
            {
                var wRe = _twiddleRe[group];
                var wIm = _twiddleIm[group];
                for (var q = 0; q < _stride; q++)
                {
                    var from = q + _stride * group;
                    var to = q + _stride * 2 * group;
                    var dRe = xRe[from] - xRe[from + apart];
                    var dIm = xIm[from] - xIm[from + apart];
                    yRe[to] = xRe[from] + xRe[from + apart];
                    yIm[to] = xIm[from] + xIm[from + apart];
                    yRe[to + _stride] = dRe * wRe - dIm * wIm;
                    yIm[to + _stride] = dRe * wIm + dIm * wRe;
                }
            }
        }

        private void Radix4(ReadOnlySpan<float> xRe, ReadOnlySpan<float> xIm, Span<float> yRe, Span<float> yIm)
        {
            var stride = _stride;
            var apart = stride * _groups;
            for (var group = 0; group < _groups; group++)
            {
                var (w1Re, w2Re, w3Re) = (_twiddleRe[3 * group], _twiddleRe[3 * group + 1], _twiddleRe[3 * group + 2]);
                var (w1Im, w2Im, w3Im) = (_twiddleIm[3 * group], _twiddleIm[3 * group + 1], _twiddleIm[3 * group + 2]);
                for (var q = 0; q < stride; q++)
                {
                    var from = q + stride * group;
                    var (aRe, aIm) = (xRe[from], xIm[from]);
                    var (bRe, bIm) = (xRe[from + apart], xIm[from + apart]);
                    var (cRe, cIm) = (xRe[from + 2 * apart], xIm[from + 2 * apart]);
                    var (dRe, dIm) = (xRe[from + 3 * apart], xIm[from + 3 * apart]);

                    var (acRe, acIm) = (aRe + cRe, aIm + cIm);
                    var (bdRe, bdIm) = (bRe + dRe, bIm + dIm);
                    var (eRe, eIm) = (aRe - cRe, aIm - cIm);
                    // -i (b - d)
                    var (fRe, fIm) = (bIm - dIm, dRe - bRe);

                    var to = q + stride * 4 * group;
                    yRe[to] = acRe + bdRe;
                    yIm[to] = acIm + bdIm;
                    var (re, im) = (eRe + fRe, eIm + fIm);
                    yRe[to + stride] = re * w1Re - im * w1Im;
                    yIm[to + stride] = re * w1Im + im * w1Re;
                    (re, im) = (acRe - bdRe, acIm - bdIm);
                    yRe[to + 2 * stride] = re * w2Re - im * w2Im;
                    yIm[to + 2 * stride] = re * w2Im + im * w2Re;
                    (re, im) = (eRe - fRe, eIm - fIm);
                    yRe[to + 3 * stride] = re * w3Re - im * w3Im;
                    yIm[to + 3 * stride] = re * w3Im + im * w3Re;
                }
            }
        }

        /// <summary>The butterfly by its definition, for odd primes.</summary>
        private void Direct(ReadOnlySpan<float> xRe, ReadOnlySpan<float> xIm, Span<float> yRe, Span<float> yIm)
        {
            var apart = _stride * _groups;
            for (var group = 0; group < _groups; group++)
            {
                for (var k = 0; k < _radix; k++)
                {
                    var wRe = k == 0 ? 1 : _twiddleRe[group * (_radix - 1) + k - 1];
                    var wIm = k == 0 ? 0 : _twiddleIm[group * (_radix - 1) + k - 1];
                    for (var q = 0; q < _stride; q++)
                    {
                        var from = q + _stride * group;
                        float sumRe = 0, sumIm = 0;
                        var root = 0;
                        for (var j = 0; j < _radix; j++)
                        {
                            sumRe += xRe[from] * _rootRe[root] - xIm[from] * _rootIm[root];
                            sumIm += xRe[from] * _rootIm[root] + xIm[from] * _rootRe[root];
                            from += apart;
                            root += k;
                            if (root >= _radix)
                                root -= _radix;
                        }

                        var to = q + _stride * (_radix * group + k);
                        yRe[to] = sumRe * wRe - sumIm * wIm;
                        yIm[to] = sumRe * wIm + sumIm * wRe;
                    }
                }
            }
        }
    }
}
