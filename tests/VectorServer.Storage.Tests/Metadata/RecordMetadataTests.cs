using System.Globalization;
using System.Text;
using System.Text.Json;
using VectorServer.Storage.Tests.Filters;
using static VectorServer.Storage.Tests.Metadata.TemporaryStore;

namespace VectorServer.Storage.Tests.Metadata;

public sealed class RecordMetadataTests
{
    [Theory]
    [InlineData("""{ "genre" : "drama", "tags": [ "a", "b" ], "ok":true, "no":false, "none":[] }""", """{"genre":"drama","tags":["a","b"],"ok":true,"no":false,"none":[]}""")]
    [InlineData("""{"":1,"_x":2,"a.b":3}""", """{"":1,"_x":2,"a.b":3}""")]
    [InlineData("""{"a":1,"b":2,"\u0061":"last"}""", """{"a":"last","b":2}""")]
    [InlineData("""{"f":"\u0041\u00e9\ud83d\ude00\u2028\/<"}""", """{"f":"Aé😀""" + "\u2028" + """/<"}""")]
    [InlineData("""{"f":"\u0000\u0001\u001F\u0008\u0009\u000a\u000c\u000D\"\\\u007f"}""", """{"f":"\u0000\u0001\u001f\b\t\n\f\r\"\\""" + "\u007f\"}")]
    [InlineData("""{"a\"b\\c\n":1}""", """{"a\u0022b\\c\n":1}""")]
    public void Metadata_is_kept_as_canonical_json(string written, string kept)
    {
        Assert.Equal(kept, MetadataOf(written)!.ToString());
    }

    [Theory]
    [InlineData("2019", "2019")]
    [InlineData("2019.0", "2019")]
    [InlineData("-0", "0")]
    [InlineData("-0.0e5", "0")]
    [InlineData("1e3", "1000")]
    [InlineData("9007199254740992", "9007199254740992")]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("9007199254740994", "9007199254740994")]
    [InlineData("1e20", "1E+20")]
    [InlineData("0.1", "0.1")]
    [InlineData("1e-7", "1E-07")]
    [InlineData("5e-324", "5E-324")]
    [InlineData("1e-400", "0")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157E+308")]
    public void Numbers_are_kept_as_float64(string written, string kept)
    {
        Assert.Equal($$$"""{"n":{{{kept}}}}""", MetadataOf($$$"""{"n":{{{written}}}}""")!.ToString());
    }

    [Fact]
    public void Any_number_is_read_back_the_same()
    {
        var random = new Random(3);
        for (var i = 0; i < 5_000; i++)
        {
            var number = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (!double.IsFinite(number))
                continue;

            var kept = MetadataOf($$$"""{"n":{{{number.ToString("E17", CultureInfo.InvariantCulture)}}}}""")!;

            Assert.Equal(number, JsonElement.Parse(kept.Json.Span).GetProperty("n").GetDouble());
        }
    }

    [Fact]
    public void An_empty_object_is_no_metadata()
    {
        Assert.Null(MetadataOf("{}"));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("""{"a":1}""")]
    [InlineData("[1]")]
    [InlineData("""["a",null]""")]
    [InlineData("""["a",["b"]]""")]
    [InlineData("1e400")]
    public void Values_of_other_types_are_refused(string value)
    {
        var refusal = Assert.Throws<StorageException>(() => MetadataOf($$$"""{"f":{{{value}}}}"""));

        Assert.Equal(StorageErrorCode.InvalidArgument, refusal.Code);
        Assert.Equal($"Metadata value must be a string, number, boolean or list of strings, got '{value}' for field 'f'", refusal.Message);
    }

    [Theory]
    [InlineData("[]", "Metadata must be an object, got '[]'")]
    [InlineData("""{"$set":1}""", "Metadata field names must not begin with '$', got '$set'")]
    [InlineData("""{"\u0024a":1}""", "Metadata field names must not begin with '$', got '$a'")]
    [InlineData("""{"a\u0000b":1}""", "Metadata field names must not contain the null character")]
    [InlineData("""{"\ud800":1}""", "Metadata field names must be well-formed Unicode")]
    [InlineData("""{"f":"\ud800"}""", "Metadata strings must be well-formed Unicode, got a broken one for field 'f'")]
    [InlineData("""{"f":["\udc00\ud800"]}""", "Metadata strings must be well-formed Unicode, got a broken one for field 'f'")]
    public void Broken_metadata_is_refused(string json, string message)
    {
        var refusal = Assert.Throws<StorageException>(() => MetadataOf(json));

        Assert.Equal(StorageErrorCode.InvalidArgument, refusal.Code);
        Assert.Equal(message, refusal.Message);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused()
    {
        foreach (var json in new[] { "{\"f\":\"?\"}", "{\"?\":1}", "{\"f\":[\"a\\n?\"]}", "{\"f\":{\"g\":\"?\"}}" })
        {
            using var document = JsonDocument.Parse(Encoding.Latin1.GetBytes(json.Replace('?', '\u00ff')));

            Assert.Throws<StorageException>(() => RecordMetadata.Parse(document.RootElement));
        }
    }

    [Fact]
    public void The_size_limit_counts_bytes_of_canonical_json()
    {
        var padding = new string('é', (RecordMetadata.MaxBytes - """{"f":""}""".Length) / 2);

        Assert.Equal(RecordMetadata.MaxBytes, MetadataOf($$$"""{"f":   "{{{padding}}}"}""")!.Json.Length);
        var refusal = Assert.Throws<StorageException>(() => MetadataOf($$$"""{"f":"{{{padding}}}x"}"""));
        Assert.Equal("metadata size is 40961 bytes, which exceeds the limit of 40960 bytes per vector", refusal.Message);
    }

    [Theory]
    [InlineData("""{"a":1,"b":2}""", """{"b":"new","c":[]}""", """{"a":1,"b":"new","c":[]}""")]
    [InlineData("""{"tags":["x","y"],"a\"b":true}""", """{"tags":["z"],"a\"b":false}""", """{"tags":["z"],"a\u0022b":false}""")]
    public void Merge_sets_fields_and_keeps_the_others(string old, string changes, string merged)
    {
        Assert.Equal(merged, MetadataOf(old)!.Merge(MetadataOf(changes)!).ToString());
    }

    [Fact]
    public void Random_merges_hold_each_field_once_with_its_newest_value()
    {
        var generator = new RandomMetadata(new Random(5));
        for (var i = 0; i < 1_000; i++)
        {
            var (old, changes) = (generator.Metadata() ?? """{"a":1}""", generator.Metadata() ?? """{"b":1}""");

            var merged = MetadataOf(old)!.Merge(MetadataOf(changes)!);

            // Parsing keeps the last of equal keys at the place of the first, which is what a merge is.
            Assert.Equal(MetadataOf($"{old[..^1]},{changes[1..]}"), merged);
        }
    }

    [Fact]
    public void A_merge_above_the_size_limit_is_refused()
    {
        var large = MetadataOf($$$"""{"a":"{{{new string('x', 40_000)}}}"}""")!;

        Assert.Throws<StorageException>(() => large.Merge(MetadataOf($$$"""{"b":"{{{new string('x', 1_000)}}}"}""")!));
        Assert.Equal("""{"a":1}""", large.Merge(MetadataOf("""{"a":1}""")!).ToString());
    }

    [Fact]
    public void Metadata_is_equal_when_its_json_is()
    {
        Assert.Equal(MetadataOf("""{"a":1.0}"""), MetadataOf("""{ "a" : 1 }"""));
        Assert.NotEqual(MetadataOf("""{"a":1}"""), MetadataOf("""{"a":"1"}"""));
    }
}
