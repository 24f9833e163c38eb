using System.Globalization;
using System.Text;
using System.Text.Json;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Tests.Wire;

public sealed class BodyTextTests
{
    private const string Characters = "{}[]\",:\\0-9.+eEtn \t\r\n\u00e9";

    private static readonly string[] Valid =
    [
        """{"vectors": [{"id": "a", "values": [1, -0.5e1 ,0], "sparse_values": {"indices": [1], "values": [ 1.25 ]}, "metadata": {"l": ["y"]}}], "namespace": "n"}""",
        """{"vectors":[{"values":[],"id":"a"},{"id":"b","values":[0.1,2e-3]},null,{"values":null}],"vectors":[{"id":"c","values":[3],"values":[4]}]}""",
        "{\n \"vectors\" : [\r\n\t{ \"values\"\t: [\n1\n,\n2\n]\n, \"id\" : \"a\" } ]\n}\n",
    ];

    [Fact]
    public void A_body_reads_as_it_does_token_by_token()
    {
        foreach (var body in Valid)
            Assert.NotNull(AssertAgrees(body));
    }

    [Fact]
    public void A_body_cut_anywhere_is_refused_at_the_same_place()
    {
        foreach (var body in Valid.Select(body => body.TrimEnd()))
        {
            for (var length = 1; length < body.Length; length++)
                Assert.Null(AssertAgrees(body[..length]));
        }
    }

    [Fact]
    public void A_body_with_random_characters_reads_or_is_refused_as_it_is_token_by_token()
    {
        var random = new Random(20260704);
        for (var i = 0; i < 20_000; i++)
        {
            var characters = Valid[random.Next(Valid.Length)].ToCharArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                characters[random.Next(characters.Length)] = Characters[random.Next(Characters.Length)];
            AssertAgrees(new string(characters));
        }
    }

    [Theory]
    [InlineData("01")]
    [InlineData("-")]
    [InlineData("-01")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("+1")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1.e5")]
    [InlineData("0x1")]
    [InlineData("1_0")]
    [InlineData("NaN")]
    [InlineData("-Infinity")]
    [InlineData("\"1\"")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("1 2")]
    [InlineData("1,")]
    [InlineData(",1")]
    [InlineData("1\v")]
    [InlineData("1\u00a0")]
    [InlineData("1/**/")]
    public void What_is_no_number_is_refused_anywhere_in_a_list(string item)
    {
        foreach (var list in new[] { item, $"1, {item}", $"{item}, 1", $"0.123456789,{item},1" })
            Assert.Null(AssertAgrees($$"""{"vectors": [{"id": "a", "values": [{{list}}]}]}"""));
    }

    [Fact]
    public void Numbers_beyond_float32_become_infinite()
    {
        var request = AssertAgrees("""{"vectors": [{"values": [1e400, -1e39, 3.4028236e38, 3.4028235e38, 1e-46]}]}""")!;

        Assert.Equal([float.PositiveInfinity, float.NegativeInfinity, float.PositiveInfinity, float.MaxValue, 0], request.Vectors![0]!.Values!);
    }

    [Fact]
    public void A_list_that_the_text_does_not_hold_is_read_by_the_reader()
    {
        var inner = JsonSerializer.Deserialize("""{"values": [1, 2]}""", DataJson.Type<Vector>())!;

        Assert.Equal([1f, 2f], inner.Values!);
    }

    /// <summary>The request, or null where both ways refuse it with the same error.</summary>
    private static UpsertRequest? AssertAgrees(string body)
    {
        var utf8 = Encoding.UTF8.GetBytes(body);
        var (plain, plainError) = Try(() => JsonSerializer.Deserialize(utf8, DataJson.Type<UpsertRequest>()));
        var (scanned, scannedError) = Try(() => BodyText.Deserialize(utf8, DataJson.Type<UpsertRequest>()));

        Assert.Equal((plainError?.Message, plainError?.Path), (scannedError?.Message, scannedError?.Path));
        Assert.Equal((plainError?.LineNumber, plainError?.BytePositionInLine), (scannedError?.LineNumber, scannedError?.BytePositionInLine));
        Assert.Equal(Describe(plain), Describe(scanned));
        return scanned;
    }

    private static (UpsertRequest? Request, JsonException? Error) Try(Func<UpsertRequest?> read)
    {
        try
        {
            return (read(), null);
        }
        catch (JsonException error)
        {
            return (null, error);
        }
    }

    private static string Describe(UpsertRequest? request) => string.Join('\n', (request?.Vectors ?? []).Select(Describe).Prepend($"{request?.Namespace}"));

    private static string Describe(Vector? vector) =>
        $"{vector?.Id} {Bits(vector?.Values)} {Bits(vector?.SparseValues?.Values)} {string.Join(' ', vector?.SparseValues?.Indices ?? [])} {vector?.Metadata}";

    private static string Bits(float[]? values) =>
        values is null ? "none" : string.Join(' ', values.Select(value => BitConverter.SingleToInt32Bits(value).ToString("x8", CultureInfo.InvariantCulture)));
}
