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
    [InlineData("999999999999999999")]
    [InlineData("18446744073709551616")]
    [InlineData("0.04325765371322632")]
    [InlineData("-0.00012345678901234567")]
    [InlineData("0.00000000000000000000000000000000000011754943")]
    [InlineData("340282356779733661637539395458142568447.9999")]
    [InlineData("340282356779733661637539395458142568448")]
    [InlineData("0e999999999999999999999")]
    [InlineData("-0e-5")]
    [InlineData("12345678")]
    [InlineData("0.12345678")]
    [InlineData("0.1234567890123456")]
    [InlineData("1.0000000000000000e0")]
    public void Numbers_read_as_the_framework_reads_them(string text) => AssertAgrees(text);

    [Fact]
    public void Very_long_numbers_read_as_the_framework_reads_them()
    {
        var middle = "1.000000059604644775390625" + new string('0', 800);
        AssertAgrees(middle);
        AssertAgrees(middle + "1");
        AssertAgrees("-" + new string('7', 800) + "e-790");
        AssertAgrees("0." + new string('0', 800) + "123e801");
        AssertAgrees("0." + new string('0', 99_990) + "1e100000");
        AssertAgrees(new string('9', 100));
    }

    [Fact]
    public void Random_digits_with_random_exponents_read_as_the_framework_reads_them()
    {
        var random = new Random(20260705);
        for (var i = 0; i < 200_000; i++)
        {
            var digits = new string([.. Enumerable.Range(0, random.Next(1, 24)).Select(_ => (char)('0' + random.Next(10)))]);
            var point = random.Next(digits.Length);
            var text = point == 0 ? "0." + digits : $"{digits[..point].TrimStart('0').PadLeft(1, '0')}.{digits[point..]}";
            AssertAgrees(random.Next(2) == 0 ? text : $"-{text}{(random.Next(2) == 0 ? "e" : "E+")}{random.Next(45)}");
            AssertAgrees($"{text}e-{random.Next(60)}");
        }
    }

    [Fact]
    public void The_end_of_a_number_is_found_at_any_distance_from_the_end_of_the_text()
    {
        foreach (var number in new[] { "0", "-7", "0.1", "0.1234567", "0.12345678", "0.123456789012345678", "1e5", "123456789.5E-3" })
        {
            for (var behind = 0; behind < 20; behind++)
            {
                var position = 3;
                Assert.True(Float32Text.TryScan(Encoding.ASCII.GetBytes("[ ," + number + new string(']', behind)), ref position, out var value));
                Assert.Equal((3 + number.Length, float.Parse(number, CultureInfo.InvariantCulture)), (position, value));
            }
        }
    }

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
