using System.Numerics;
using MathNet.Numerics.IntegralTransforms;
using VectorServer.Storage.Codecs.Fourier;
using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Codecs.Fourier;

public class RealFftTests
{
    [Fact]
    public void Spectrum_equals_the_definition_at_every_small_dimension()
    {
        for (var dimension = 1; dimension <= 257; dimension++)
            AssertIsDft(dimension);
    }

    [Theory]
    [InlineData(384)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(768)]
    [InlineData(1009)] // prime: Bluestein
    [InlineData(1022)] // half of it has a prime factor of 73
    [InlineData(1536)]
    public void Spectrum_equals_the_definition_at_larger_dimensions(int dimension) => AssertIsDft(dimension);

    private static void AssertIsDft(int dimension)
    {
        var vector = TestVectors.Gaussian(new Random(dimension), dimension);
        var (re, im) = Spectrum(vector);

        for (var slot = 0; slot < re.Length; slot++)
        {
            var (binRe, binIm) = Bin(vector, slot);
            if (slot == 0)
                binIm = dimension % 2 == 0 ? Bin(vector, dimension / 2).Re : 0;
            else
                (binRe, binIm) = (binRe * Math.Sqrt(2), binIm * Math.Sqrt(2));

            // A bin of unit-variance noise is about 1.
            Assert.Equal(binRe, re[slot], 2e-5);
            Assert.Equal(binIm, im[slot], 2e-5);
        }
    }

    [Theory]
    [InlineData(3072)]
    [InlineData(9973)] // prime
    [InlineData(20000)]
    public void Spectrum_equals_that_of_another_library_at_the_largest_dimensions(int dimension)
    {
        var vector = TestVectors.Gaussian(new Random(dimension), dimension);
        var expected = vector.Select(value => new Complex(value, 0)).ToArray();
        MathNet.Numerics.IntegralTransforms.Fourier.Forward(expected, FourierOptions.Matlab);

        var (re, im) = Spectrum(vector);

        for (var bin = 1; bin < re.Length; bin++)
        {
            var scaled = expected[bin] * Math.Sqrt(2.0 / dimension); // both halves of the spectrum in one
            Assert.Equal(scaled.Real, re[bin], 5e-5);
            Assert.Equal(scaled.Imaginary, im[bin], 5e-5);
        }
    }

    private static (double Re, double Im) Bin(float[] vector, int bin)
    {
        double re = 0, im = 0;
        for (var i = 0; i < vector.Length; i++)
        {
            var (sin, cos) = Math.SinCos(-2 * Math.PI * ((long)bin * i % vector.Length) / vector.Length);
            re += vector[i] * cos;
            im += vector[i] * sin;
        }

        return (re / Math.Sqrt(vector.Length), im / Math.Sqrt(vector.Length));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(384)]
    [InlineData(1021)]
    [InlineData(3072)]
    [InlineData(20000)]
    public void Dot_products_are_kept(int dimension)
    {
        var random = new Random(dimension);
        var x = TestVectors.Gaussian(random, dimension);
        var y = TestVectors.Gaussian(random, dimension);
        var (xRe, xIm) = Spectrum(x);
        var (yRe, yIm) = Spectrum(y);

        var expected = x.Zip(y, (a, b) => (double)a * b).Sum();
        var actual = xRe.Zip(yRe, (a, b) => (double)a * b).Sum() + xIm.Zip(yIm, (a, b) => (double)a * b).Sum();

        // Relative to the sum of absolute terms, about the dimension.
        Assert.Equal(expected, actual, 1e-5 * dimension);
    }

    private static (float[] Re, float[] Im) Spectrum(float[] vector)
    {
        var fft = new RealFft(vector.Length);
        var re = new float[fft.Slots];
        var im = new float[fft.Slots];
        fft.Forward(vector, re, im);
        return (re, im);
    }
}
