using System.Globalization;
using System.Text.Json;

namespace VectorServer.Storage.Tests.Filters;

/// <summary>Random metadata and filters over few keys and values, so that they meet often, among them every odd one we thought of.</summary>
internal sealed class RandomMetadata(Random random)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Keys =
    [
        "genre", "year", "a.b", "", "with \"quotes\"", "\"", "back\\slash", "\\", "\\\"", "\\u0022", "\u0001", "line\nbreak", "tab\t", "[0]", "a[0]", "not$first",
        "ключ", "😀", "\u007f", "it's", "genre ", "Genre", "null", "#",
    ];

    private static readonly string[] Texts =
    [
        "", "a", "A", "a ", "1", "1.0", "true", "null", "drama", "\0", "a\0", "a\0b", "a\0c", "\0a", "\"", "\\", "\\u0000", "[\"a\"]", "\",\"", "line\nbreak", "\u001f",
        "\b\f\r\t", "é", "e\u0301", "日本語", "😀", "😀😀", "\u2028", "\ufeff", "\uffff", "\u007f", "%", "_", "/", "<&>",
        "thirty characters, in quotes 32", "thirty-one characters, or so !!!!", "a text that is longer than what is kept of it in memory 1",
        "a text that is longer than what is kept of it in memory 2", "длинная строка, которую держат в памяти как сумму",
    ];

    private static readonly string[] Numbers =
    [
        "0", "-0", "0.0", "1", "1.0", "-1", "2", "0.1", "1e0", "10e-1", "2019", "2020", "1e3", "1e15", "1e16", "1e20", "9007199254740991", "9007199254740992",
        "9007199254740993", "9007199254740994", "-9007199254740992", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616",
        "1.7976931348623157e308", "-1.7976931348623157e308", "5e-324", "-5e-324", "1e-323", "2.2250738585072014e-308", "2.225073858507201e-308", "1e-400",
        "0.30000000000000004", "0.3", "1e-7", "123456789.123456789",
    ];

    private static readonly string[] Operations = ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists"];
    private static readonly string[] NestingOperators = [.. Operations, "$not"];

    /// <summary>A JSON object of up to six fields, or null for a record without metadata.</summary>
    public string? Metadata()
    {
        var fields = Keys.OrderBy(_ => random.Next()).Take(random.Next(7)).Select(key => $"{Quote(key)}:{Value()}").ToList();
        return fields.Count == 0 ? null : $"{{{string.Join(',', fields)}}}";
    }

    /// <summary>A valid filter of up to three levels.</summary>
    public string Filter(int depth = 3)
    {
        var joins = depth > 0;
        var parts = Different(() => joins && random.Next(3) == 0 ? Pick("$and", "$or", "$not") : Pick(Keys)).Select(key => key switch
        {
            "$and" or "$or" => $"\"{key}\":[{string.Join(',', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Filter(depth - 1)))}]",
            "$not" => $"\"$not\":{Filter(depth - 1)}",
            _ => $"{Quote(key)}:{(random.Next(4) == 0 ? Scalar() : Operators(depth))}",
        });
        return $"{{{string.Join(',', parts)}}}";
    }

    private string Operators(int depth) => $"{{{string.Join(',', Different(() => Pick(depth > 0 ? NestingOperators : Operations)).Select(name => Operator(name, depth)))}}}";

    private string Operator(string name, int depth) => name switch
    {
        "$eq" or "$ne" => $"\"{name}\":{Scalar()}",
        "$in" or "$nin" => $"\"{name}\":[{string.Join(',', Enumerable.Range(0, random.Next(6)).Select(_ => random.Next(2) == 0 ? Text() : Number()))}]",
        "$exists" => $"\"$exists\":{Pick("true", "false")}",
        "$not" => $"\"$not\":{Operators(depth - 1)}",
        _ => $"\"{name}\":{Number()}",
    };

    /// <summary>One key, now and then two: a key twice in an object is refused.</summary>
    private HashSet<string> Different(Func<string> pick) => random.Next(4) == 0 ? [pick(), pick()] : [pick()];

    private string Value() => random.Next(4) == 0
        ? $"[{string.Join(',', Enumerable.Range(0, random.Next(5)).Select(_ => Text()))}]"
        : Scalar();

    private string Scalar() => random.Next(5) switch
    {
        0 => Pick("true", "false"),
        1 or 2 => Number(),
        _ => Text(),
    };

    private string Text() => Quote(Pick(Texts));

    private string Number()
    {
        if (random.Next(3) > 0)
            return Pick(Numbers);

        // A double of any bits beside its neighbour: what a careless comparison takes for equal.
        var number = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue) & ~0xFFL);
        if (!double.IsFinite(number))
            number = 0.5;
        return (random.Next(2) == 0 ? number : double.BitIncrement(number)).ToString("R", CultureInfo.InvariantCulture);
    }

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];

    // The default encoder escapes far more than we store: the two spellings must meet.
    private string Quote(string text) => random.Next(2) == 0
        ? JsonSerializer.Serialize(text)
        : JsonSerializer.Serialize(text, Relaxed);
}
