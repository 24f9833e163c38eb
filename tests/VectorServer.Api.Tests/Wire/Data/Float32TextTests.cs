using System.Globalization;
using System.Text;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Tests.Wire.Data;

public sealed class Float32TextTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("-0.0e5")]
    [InlineData("1")]
    [InlineData("-1.5")]
    [InlineData("0.1")]
    [InlineData("1e-45")]
    [InlineData("7e-46")]
    [InlineData("1.17549435e-38")]
    [InlineData("1.1754942e-38")]
    [InlineData("3.4028235e38")]
    [InlineData("3.4028236e38")]
    [InlineData("1e39")]
    [InlineData("-1e400")]
    [InlineData("1e-400")]
    [InlineData("1e99999999999")]
    [InlineData("1E+5")]
    [InlineData("16777217")]
    [InlineData("16777219")]
    [InlineData("16777217.0000000000000000001")]
    [InlineData("1.00000005960464477539062")]
    [InlineData("1.000000059604644775390625")]
    [InlineData("1.00000005960464477539063")]
    [InlineData("0.0000000000000000000000000000000000000000000000000000000000123")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("9999999999999999999")]
    public void Numbers_read_as_the_framework_reads_them(string text) => AssertAgrees(text);

    [Fact]
    public void Random_numbers_read_as_the_framework_reads_them()
    {
        var random = new Random(20260701);
        for (var i = 0; i < 200_000; i++)
        {
            var value = random.NextDouble() * Math.Pow(10, random.Next(-12, 12)) * (random.Next(2) == 0 ? 1 : -1);
            AssertAgrees(((float)value).ToString("R", CultureInfo.InvariantCulture));
            AssertAgrees(value.ToString("R", CultureInfo.InvariantCulture));
            AssertAgrees(((double)(float)value).ToString("R", CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void Numbers_next_to_the_middle_between_two_floats_read_as_the_framework_reads_them()
    {
        var random = new Random(20260702);
        for (var i = 0; i < 50_000; i++)
        {
            var lower = BitConverter.UInt32BitsToSingle((uint)random.Next(1, 0x7f7fffff));
            var middle = ((double)lower + MathF.BitIncrement(lower)) / 2;
            foreach (var value in new[] { Math.BitDecrement(middle), middle, Math.BitIncrement(middle) })
            {
                AssertAgrees(value.ToString("R", CultureInfo.InvariantCulture));
                AssertAgrees(value.ToString("E18", CultureInfo.InvariantCulture));
                AssertAgrees(value.ToString("E25", CultureInfo.InvariantCulture));
            }
        }
    }

    private static void AssertAgrees(string text)
    {
        var expected = float.Parse(text, CultureInfo.InvariantCulture);
        var actual = Float32Text.Parse(Encoding.ASCII.GetBytes(text));
        Assert.True(BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(actual), $"{text}: {actual:R}, not {expected:R}");
    }
}
