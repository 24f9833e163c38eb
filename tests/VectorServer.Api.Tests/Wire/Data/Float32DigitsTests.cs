using System.Globalization;
using System.Text;
using System.Text.Json;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Tests.Wire.Data;

public sealed class Float32DigitsTests
{
    [Theory]
    [InlineData(0f, "0")]
    [InlineData(-0f, "-0")]
    [InlineData(1f, "1")]
    [InlineData(-0.1f, "-0.1")]
    [InlineData(0.0001f, "0.0001")]
    [InlineData(0.00001f, "1E-05")]
    [InlineData(-1.1754942e-38f, "-1.1754942E-38")]
    [InlineData(float.Epsilon, "1E-45")]
    [InlineData(float.MaxValue, "3.4028235E+38")]
    [InlineData(16777216f, "16777216")]
    [InlineData(1e9f, "1E+09")]
    [InlineData(100_000_000f, "100000000")]
    [InlineData(1234.5f, "1234.5")]
    public void A_number_is_written_in_its_shortest_form(float value, string text) => Assert.Equal(text, Write(value));

    [Fact]
    public void Every_power_of_two_and_its_neighbours_are_written_as_the_framework_writes_them()
    {
        for (uint power = 0; power < 0x7f80_0000; power += 1 << 23)
        {
            for (uint offset = 0; offset < 4; offset++)
                AssertAgrees(BitConverter.UInt32BitsToSingle(Math.Max(power, 1) - 1 + offset));
        }
    }

    [Fact]
    public void Random_numbers_are_written_as_the_framework_writes_them()
    {
        var random = new Random(20260706);
        for (var i = 0; i < 300_000; i++)
        {
            AssertAgrees(BitConverter.UInt32BitsToSingle((uint)random.Next(0x7f80_0000) | ((uint)random.Next(2) << 31)));
            AssertAgrees((float)(random.NextDouble() - 0.5));
            AssertAgrees(random.Next(1_000_000) / 100f);
        }
    }

    [Fact]
    public void Lists_are_written_whole()
    {
        foreach (var values in new float[][] { [], [1], [1, -2.5f, 3e-7f], [.. Enumerable.Repeat(-1.17549421e-38f, 20_000)] })
            Assert.Equal(values, JsonSerializer.Deserialize<float[]>(JsonSerializer.Serialize(values, DataJson.Type<UpdateRequest>().Options)));
    }

    private static void AssertAgrees(float value)
    {
        var text = Write(value);
        Assert.True(value.ToString(CultureInfo.InvariantCulture) == text, $"{value:R} is written as {text}");
    }

    private static string Write(float value)
    {
        var text = new byte[Float32Digits.BytesMax];
        return Encoding.ASCII.GetString(text, 0, Float32Digits.Write(value, text));
    }
}
