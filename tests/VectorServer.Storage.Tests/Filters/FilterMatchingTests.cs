using System.Globalization;
using System.Text.Json;
using VectorServer.Storage.Metadata;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Tests.Metadata;

namespace VectorServer.Storage.Tests.Filters;

public sealed class FilterMatchingTests
{
    [Theory]
    [InlineData("""{"genre":"drama"}""", new[] { 0, 2 })]
    [InlineData("""{"genre":{"$ne":"drama"}}""", new[] { 1, 5 })]
    [InlineData("""{"year":{"$gte":2019,"$lt":2021}}""", new[] { 0, 1 })]
    [InlineData("""{"year":2019,"genre":"drama"}""", new[] { 0 })]
    [InlineData("""{"$or":[{"year":2020},{"year":2021}]}""", new[] { 1, 2 })]
    [InlineData("""{"genre":{"$in":["comedy","action"]}}""", new[] { 1, 2, 5 })]
    [InlineData("""{"genre":{"$nin":["comedy"]}}""", new[] { 0, 5 })]
    [InlineData("""{"genre":{"$exists":false}}""", new[] { 3, 4 })]
    [InlineData("""{"genre":{"$not":{"$eq":"drama"}}}""", new[] { 1, 5 })]
    [InlineData("""{"year":{"$not":{"$gt":2019,"$lt":2021}}}""", new[] { 0, 2, 3 })]
    [InlineData("""{"genre":{"$in":[]}}""", new int[0])]
    [InlineData("""{"genre":{"$nin":[]}}""", new[] { 0, 1, 2, 5 })]
    public void Filter_matches_the_rows_it_should(string filter, int[] expected)
    {
        using var temporary = new TemporaryStore();
        temporary.Fill(
            """{"genre":"drama","year":2019}""",
            """{"genre":"comedy","year":2020.0}""",
            """{"genre":["comedy","drama"],"year":2021}""",
            """{"year":"2020"}""",
            null,
            """{"genre":["action"]}""");

        Assert.Equal(expected, temporary.Match(filter));
    }

    [Theory]
    [InlineData("1", new[] { 0 }, new[] { 1, 2, 3 })]
    [InlineData("\"1\"", new[] { 1, 3 }, new[] { 0, 2 })]
    [InlineData("true", new[] { 2 }, new[] { 0, 1, 3 })]
    public void Types_are_never_equal_across(string operand, int[] equal, int[] different)
    {
        using var temporary = new TemporaryStore();
        temporary.Fill("""{"f":1}""", """{"f":"1"}""", """{"f":true}""", """{"f":["1"]}""", """{"g":1}""");

        Assert.Equal(equal, temporary.Match($$$"""{"f":{{{operand}}}}"""));
        Assert.Equal(different, temporary.Match($$$"""{"f":{"$ne":{{{operand}}}}}"""));
    }

    [Fact]
    public void Strings_that_differ_after_a_null_character_are_different()
    {
        using var temporary = new TemporaryStore();
        temporary.Fill("""{"f":"a"}""", """{"f":"a\u0000"}""", """{"f":"a\u0000b"}""", """{"f":["x","a\u0000b","a\u0000c"]}""");

        Assert.Equal([0], temporary.Match("""{"f":"a"}"""));
        Assert.Equal([1], temporary.Match("""{"f":"a\u0000"}"""));
        Assert.Equal([2, 3], temporary.Match("""{"f":"a\u0000b"}"""));
        Assert.Equal([3], temporary.Match("""{"f":{"$in":["a\u0000c"]}}"""));
    }

    [Fact]
    public void Random_filters_match_what_a_naive_reading_matches()
    {
        var random = new Random(20_26);
        var generator = new RandomMetadata(random);
        for (var round = 0; round < 10; round++)
        {
            var metadata = Enumerable.Range(0, 150).Select(_ => generator.Metadata()).ToList();
            var parsed = metadata.Select(json => json is null ? (JsonElement?)null : JsonElement.Parse(json)).ToList();
            using var temporary = new TemporaryStore();
            temporary.Fill(metadata);

            for (var i = 0; i < 300; i++)
            {
                var filter = generator.Filter();
                var wire = JsonElement.Parse(filter);
                var expected = Enumerable.Range(0, metadata.Count).Where(row => NaiveFilter.Matches(wire, parsed[row]));

                Assert.True(expected.SequenceEqual(temporary.Match(filter)), $"round {round}: {filter}");
            }
        }
    }

    [Fact]
    public void Neighbouring_numbers_are_told_apart()
    {
        var random = new Random(7);
        var numbers = new List<double>();
        while (numbers.Count < 2_000)
        {
            var number = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (double.IsFinite(number) && double.IsFinite(double.BitIncrement(number)))
                numbers.Add(number);
        }

        using var temporary = new TemporaryStore();
        temporary.Fill([.. numbers.Select(number => $$$"""{"n":{{{Text(number)}}}}""")]);

        foreach (var row in Enumerable.Range(0, 100).Select(_ => random.Next(numbers.Count)))
        {
            var next = double.BitIncrement(numbers[row]);
            Assert.Equal([row], temporary.Match($$$"""{"n":{"$gte":{{{Text(numbers[row])}}},"$lt":{{{Text(next)}}}}}"""));
            Assert.DoesNotContain(row, temporary.Match($$$"""{"n":{"$gte":{{{Text(next)}}}}}"""));
            Assert.DoesNotContain(row, temporary.Match($$$"""{"n":{"$gt":{{{Text(numbers[row])}}}}}"""));
        }

        static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Ten_thousand_values_of_in_are_matched()
    {
        using var temporary = new TemporaryStore();
        temporary.Fill("""{"f":"v0"}""", """{"f":"v9999"}""", """{"f":"v10000"}""", """{"f":["v10000","v5000"]}""", """{"f":5000}""");

        var filter = $$$"""{"f":{"$in":[{{{string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"\"v{i}\""))}}}]}}""";

        Assert.Equal([0, 1, 3], temporary.Match(filter));
    }

    [Theory]
    [InlineData("$and")]
    [InlineData("$or")]
    public void The_deepest_and_the_longest_filters_run(string @operator)
    {
        using var temporary = new TemporaryStore();
        temporary.Fill("""{"f":["x","y"],"n":1}""", null);
        var leaf = """{"f":{"$not":{"$not":{"$in":["y",2]}}}}""";
        var deep = leaf;
        for (var level = 0; level < Storage.Filters.FilterParser.MaxDepth - 2; level++)
            deep = $$$"""{"{{{(level % 2 == 0 ? "$or" : "$and")}}}":[{"n":1},{"f":{"$nin":["z"]}},{{{deep}}}]}""";
        var longest = string.Join(',', Enumerable.Repeat("""{"f":{"$in":["y","w"]}}""", Storage.Filters.FilterParser.MaxConditions));

        Assert.Equal([0], temporary.Match(deep));
        Assert.Equal([0], temporary.Match($$$"""{"{{{@operator}}}":[{{{longest}}}]}"""));
    }

    [Fact]
    public void Rows_beyond_the_snapshot_are_left_out()
    {
        using var temporary = new TemporaryStore();
        temporary.Fill("""{"f":1}""", """{"f":1}""", """{"f":1}""");

        Assert.Equal([0, 1], temporary.Match("""{"f":1}""", rowCount: 2));
    }

    [Fact]
    public void Merged_metadata_is_matched_like_metadata_written_at_once()
    {
        using var temporary = new TemporaryStore();
        var merged = TemporaryStore.MetadataOf("""{"with \"quotes\"":1,"b":"old"}""")!.Merge(TemporaryStore.MetadataOf("""{"b":"a\"b","c":true}""")!);
        temporary.Store.BeginBatch();
        temporary.Store.AddRow(new RowId(0), "id", RecordMetadata.FromStored(merged.Json.ToArray()), sparse: null);
        temporary.Store.CommitBatch();

        Assert.Equal([0], temporary.Match("""{"with \"quotes\"":1,"b":"a\"b","c":true}"""));
    }
}
