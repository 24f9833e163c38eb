using System.Globalization;
using System.Text.Json;
using VectorServer.Storage.Model;
using VectorServer.Storage.Tests.Metadata;

namespace VectorServer.Storage.Tests.Filters;

public sealed class FilterMatchingTests
{
    [Theory]
    [InlineData("""{"genre":"drama"}""", new[] { 0, 2 })]
    [InlineData("""{"genre":{"$ne":"drama"}}""", new[] { 1, 3, 4, 5 })]
    [InlineData("""{"year":{"$gte":2019,"$lt":2021}}""", new[] { 0, 1 })]
    [InlineData("""{"year":2019,"genre":"drama"}""", new[] { 0 })]
    [InlineData("""{"$or":[{"year":2020},{"year":2021}]}""", new[] { 1, 2 })]
    [InlineData("""{"genre":{"$in":["comedy","action"]}}""", new[] { 1, 2, 5 })]
    [InlineData("""{"genre":{"$nin":["comedy"]}}""", new[] { 0, 3, 4, 5 })]
    [InlineData("""{"genre":{"$exists":false}}""", new[] { 3, 4 })]
    [InlineData("""{"genre":{"$not":{"$eq":"drama"}}}""", new[] { 1, 3, 4, 5 })]
    [InlineData("""{"year":{"$not":{"$gt":2019,"$lt":2021}}}""", new[] { 0, 2, 3, 4, 5 })]
    [InlineData("""{"genre":{"$in":[]}}""", new int[0])]
    [InlineData("""{"genre":{"$nin":[]}}""", new[] { 0, 1, 2, 3, 4, 5 })]
    [InlineData("""{"genre":{"$ne":"drama","$exists":true}}""", new[] { 1, 5 })]
    [InlineData("""{"unknown":{"$ne":1}}""", new[] { 0, 1, 2, 3, 4, 5 })]
    [InlineData("""{"genre":{"$not":{"$ne":"drama"}}}""", new[] { 0, 2 })]
    [InlineData("""{"$not":{"genre":"drama"}}""", new[] { 1, 3, 4, 5 })]
    [InlineData("""{"$not":{"genre":"drama","year":2019}}""", new[] { 1, 2, 3, 4, 5 })]
    [InlineData("""{"$not":{"$or":[{"genre":"drama"},{"year":{"$exists":false}}]}}""", new[] { 1, 3 })]
    [InlineData("""{"$not":{"$and":[{"genre":"comedy"},{"year":{"$gt":2020}}]},"genre":{"$exists":true}}""", new[] { 0, 1, 5 })]
    [InlineData("""{"$and":[{"$not":{"genre":"action"}},{"$not":{"$not":{"genre":"comedy"}}}]}""", new[] { 1, 2 })]
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
    [InlineData("1", new[] { 0 }, new[] { 1, 2, 3, 4 })]
    [InlineData("\"1\"", new[] { 1, 3 }, new[] { 0, 2, 4 })]
    [InlineData("true", new[] { 2 }, new[] { 0, 1, 3, 4 })]
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

    [Theory]
    [InlineData(2026)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_filters_match_what_sql_and_a_naive_reading_match(int seed)
    {
        var random = new Random(seed);
        var generator = new RandomMetadata(random);
        for (var round = 0; round < 8; round++)
        {
            var metadata = Enumerable.Range(0, random.Next(1, 300)).Select(_ => generator.Metadata()).ToList();
            var parsed = metadata.Select(json => json is null ? (JsonElement?)null : JsonElement.Parse(json)).ToList();
            using var temporary = new TemporaryStore();
            temporary.Fill(metadata);

            for (var i = 0; i < 150; i++)
            {
                // Fewer rows first: columns that grow must answer as columns that were there at once.
                var rowCount = i < 20 ? metadata.Count * i / 20 : metadata.Count;
                var filter = generator.Filter();
                var wire = JsonElement.Parse(filter);
                var expected = Enumerable.Range(0, rowCount).Where(row => NaiveFilter.Matches(wire, parsed[row])).ToArray();

                Assert.True(expected.SequenceEqual(temporary.Match(filter, rowCount)), $"round {round}: {filter}");
                Assert.True(expected.SequenceEqual(temporary.MatchBySql(filter, rowCount)), $"round {round}, by SQL: {filter}");
            }
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(1_000)]
    public void Regular_fields_match_at_every_row_count(int rows)
    {
        // What real data looks like: a value in every row, one that comes late, one that ends early, a list, a number that never repeats.
        using var temporary = new TemporaryStore();
        var metadata = Enumerable.Range(0, rows).Select(row =>
            $$$"""{"always":"v{{{row % 7}}}","n":{{{row}}}.5{{{(row >= rows / 3 ? $",\"late\":{row % 2}" : "")}}}{{{(row < rows / 2 ? ",\"early\":true" : "")}}},"tags":["t{{{row % 3}}}","t{{{row % 5}}}"]}""")
            .ToList();
        temporary.Fill(metadata);
        string[] filters =
        [
            """{"always":"v3"}""", """{"always":{"$ne":"v3"}}""", """{"always":{"$in":["v1","v6","none"]}}""", """{"n":{"$gte":10,"$lt":20.5}}""",
            """{"late":1}""", """{"late":{"$exists":false}}""", """{"late":{"$nin":[0]}}""", """{"early":true}""", """{"early":{"$exists":true}}""",
            """{"tags":"t4"}""", """{"tags":{"$in":["t0","t2"]}}""", """{"tags":{"$nin":["t1","t4"]}}""", """{"absent":{"$exists":false}}""",
        ];

        foreach (var rowCount in new[] { 0, 1, 63, 64, 65, 127, 128, rows / 3, rows / 2, rows - 1, rows }.Where(count => count <= rows))
        {
            foreach (var filter in filters)
                Assert.Equal(temporary.MatchBySql(filter, rowCount), temporary.Match(filter, rowCount));
        }
    }

    [Fact]
    public void Long_strings_are_told_apart_to_their_last_character()
    {
        // Around the length up to which texts are kept themselves, and far above it.
        using var temporary = new TemporaryStore();
        int[] lengths = [28, 29, 30, 31, 32, 33, 500, 30_000];
        temporary.Fill([.. lengths.SelectMany(length => new[] { Json(length, 'x'), Json(length, 'y'), $$$"""{"f":["a",{{{Text(length, 'x')}}}]}""" })]);

        for (var i = 0; i < lengths.Length; i++)
        {
            Assert.Equal([3 * i, (3 * i) + 2], temporary.Match(Json(lengths[i], 'x')));
            Assert.Equal([(3 * i) + 1], temporary.Match(Json(lengths[i], 'y')));
            Assert.Empty(temporary.Match(Json(lengths[i], 'z')));
        }

        static string Text(int length, char last) => $"\"{new string('a', length - 1)}{last}\"";

        static string Json(int length, char last) => $$$"""{"f":{{{Text(length, last)}}}}""";
    }

    [Fact]
    public void A_field_for_every_row_is_found()
    {
        using var temporary = new TemporaryStore();
        temporary.Fill([.. Enumerable.Range(0, 3_000).Select(row => $$$"""{"field {{{row}}} {{{new string('x', row % 50)}}}":{{{row}}}}""")]);

        for (var row = 0; row < 3_000; row += 7)
            Assert.Equal([row], temporary.Match($$$"""{"field {{{row}}} {{{new string('x', row % 50)}}}":{"$lte":{{{row}}}}}"""));
        Assert.Equal(2_999, temporary.Match("""{"field 0 ":{"$exists":false}}""").Length);
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
