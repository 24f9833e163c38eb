using System.Text;
using System.Text.Json;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Tests.Metadata;

namespace VectorServer.Storage.Tests.Filters;

public sealed class FilterParserTests
{
    [Fact]
    public void An_empty_object_is_no_filter()
    {
        Assert.Null(TemporaryStore.FilterOf("{}"));
    }

    [Theory]
    [InlineData("[]", "a filter must be an object, got '[]'")]
    [InlineData("null", "a filter must be an object, got 'null'")]
    [InlineData("\"genre\"", "a filter must be an object, got '\"genre\"'")]
    [InlineData("""{"$eq":1}""", "operator '$eq' is not allowed here, only '$and', '$or', '$not' and field names are")]
    [InlineData("""{"$not":{}}""", "operator '$not' needs a non-empty filter object, got '{}'")]
    [InlineData("""{"$not":[{"f":1}]}""", "operator '$not' needs a non-empty filter object, got '[{\"f\":1}]'")]
    [InlineData("""{"$not":{"$gt":1}}""", "operator '$gt' is not allowed here, only '$and', '$or', '$not' and field names are")]
    [InlineData("""{"f":1,"g":2,"\u0066":3}""", "the key 'f' occurs twice in one object; join conditions by '$and'")]
    [InlineData("""{"f":{"$gt":1,"$gt":2}}""", "the key '$gt' occurs twice in one object; join conditions by '$and'")]
    [InlineData("""{"$or":[{"g":1}],"$or":[{"g":2}]}""", "the key '$or' occurs twice in one object; join conditions by '$and'")]
    [InlineData("""{"$and":[]}""", "operator '$and' needs a non-empty list of filters, got '[]'")]
    [InlineData("""{"$or":{"f":1}}""", "operator '$or' needs a non-empty list of filters, got '{\"f\":1}'")]
    [InlineData("""{"$or":[{}]}""", "operator '$or' needs a list of non-empty filter objects, got '{}' in it")]
    [InlineData("""{"$and":[1]}""", "operator '$and' needs a list of non-empty filter objects, got '1' in it")]
    [InlineData("""{"f":{}}""", "field 'f' needs at least one operator")]
    [InlineData("""{"f":{"$foo":1}}""", "unknown operator '$foo' for field 'f'")]
    [InlineData("""{"f":{"$and":[{"g":1}]}}""", "unknown operator '$and' for field 'f'")]
    [InlineData("""{"f":{"g":1}}""", "field 'f' needs an object of operators, got the key 'g' in it")]
    [InlineData("""{"f":null}""", "operator '$eq' of field 'f' needs a string, number or boolean, got 'null'")]
    [InlineData("""{"f":{"$ne":null}}""", "operator '$ne' of field 'f' needs a string, number or boolean, got 'null'")]
    [InlineData("""{"f":{"$eq":{"a":1}}}""", "operator '$eq' of field 'f' needs a string, number or boolean, got '{\"a\":1}'")]
    [InlineData("""{"f":["a"]}""", "operator '$eq' of field 'f' needs a string, number or boolean, got a list; use '$in' to match one of several values")]
    [InlineData("""{"f":{"$eq":["a"]}}""", "operator '$eq' of field 'f' needs a string, number or boolean, got a list; use '$in' to match one of several values")]
    [InlineData("""{"f":{"$gt":"1"}}""", "operator '$gt' of field 'f' needs a number, got '\"1\"'")]
    [InlineData("""{"f":{"$gte":true}}""", "operator '$gte' of field 'f' needs a number, got 'true'")]
    [InlineData("""{"f":{"$lt":null}}""", "operator '$lt' of field 'f' needs a number, got 'null'")]
    [InlineData("""{"f":{"$lte":[1]}}""", "operator '$lte' of field 'f' needs a number, got '[1]'")]
    [InlineData("""{"f":1e400}""", "operator '$eq' of field 'f' needs a number, got '1e400'")]
    [InlineData("""{"f":{"$in":"a"}}""", "operator '$in' of field 'f' needs a list of strings or numbers, got '\"a\"'")]
    [InlineData("""{"f":{"$nin":[true]}}""", "operator '$nin' of field 'f' needs a list of strings or numbers, got '[true]'")]
    [InlineData("""{"f":{"$in":[["a"]]}}""", "operator '$in' of field 'f' needs a list of strings or numbers, got '[[\"a\"]]'")]
    [InlineData("""{"f":{"$exists":1}}""", "operator '$exists' of field 'f' needs a boolean, got '1'")]
    [InlineData("""{"f":{"$not":"a"}}""", "operator '$not' of field 'f' needs an object of operators, got '\"a\"'")]
    [InlineData("""{"f":{"$not":{}}}""", "field 'f' needs at least one operator")]
    [InlineData("""{"f":"\ud800"}""", "operator '$eq' of field 'f' needs well-formed Unicode")]
    [InlineData("""{"\udc00":1}""", "field names must be well-formed Unicode")]
    [InlineData("""{"a\u0000":1}""", "field names must not contain the null character")]
    public void A_broken_filter_is_refused_with_its_field_and_operator(string filter, string problem)
    {
        var refusal = Assert.Throws<StorageException>(() => TemporaryStore.FilterOf(filter));

        Assert.Equal(StorageErrorCode.InvalidArgument, refusal.Code);
        Assert.Equal($"Invalid filter: {problem}", refusal.Message);
    }

    [Fact]
    public void Values_of_in_are_limited()
    {
        static string List(int count) => $$$"""{"f":{"$in":[{{{string.Join(',', Enumerable.Range(0, count))}}}]}}""";

        Assert.NotNull(TemporaryStore.FilterOf(List(10_000)));
        var refusal = Assert.Throws<StorageException>(() => TemporaryStore.FilterOf(List(10_001)));
        Assert.Equal("Invalid filter: operator '$in' of field 'f' takes at most 10000 values, got 10001", refusal.Message);
    }

    [Fact]
    public void Nesting_is_limited()
    {
        static string Nested(int levels) =>
            string.Concat(Enumerable.Repeat("""{"$and":[""", levels)) + """{"f":1}""" + string.Concat(Enumerable.Repeat("]}", levels));
        static string Negated(int levels) =>
            """{"f":""" + string.Concat(Enumerable.Repeat("""{"$not":""", levels)) + """{"$eq":1}""" + new string('}', levels + 1);

        static string NegatedWhole(int levels) => string.Concat(Enumerable.Repeat("""{"$not":""", levels)) + """{"f":1}""" + new string('}', levels);

        Assert.NotNull(TemporaryStore.FilterOf(Nested(FilterParser.MaxDepth)));
        Assert.NotNull(TemporaryStore.FilterOf(NegatedWhole(FilterParser.MaxDepth)));
        Assert.NotNull(TemporaryStore.FilterOf(Negated(FilterParser.MaxDepth)));
        foreach (var deeper in new[] { Nested(FilterParser.MaxDepth + 1), Negated(FilterParser.MaxDepth + 1), NegatedWhole(FilterParser.MaxDepth + 1) })
        {
            var refusal = Assert.Throws<StorageException>(() => TemporaryStore.FilterOf(deeper));
            Assert.Equal("Invalid filter: '$and', '$or' and '$not' may nest at most 16 levels deep", refusal.Message);
        }
    }

    [Fact]
    public void Conditions_are_limited()
    {
        static string Any(int count) => $$$"""{"$or":[{{{string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"f":{{i}}}"""))}}}]}""";

        Assert.NotNull(TemporaryStore.FilterOf(Any(FilterParser.MaxConditions)));
        var refusal = Assert.Throws<StorageException>(() => TemporaryStore.FilterOf(Any(FilterParser.MaxConditions + 1)));
        Assert.Equal("Invalid filter: a filter may hold at most 900 conditions; use '$in' to list values", refusal.Message);
    }

    [Fact]
    public void Not_is_pushed_to_the_leaves()
    {
        var filter = TemporaryStore.FilterOf("""{"f":{"$not":{"$gt":1,"$nin":["a"],"$exists":true}}}""");

        var or = Assert.IsType<Filter.Or>(filter);
        Assert.Collection(
            or.Filters,
            leaf => Assert.True(leaf is Filter.Comparison { Operator: FilterOperator.GreaterThan, Negated: true }),
            leaf => Assert.True(leaf is Filter.Comparison { Operator: FilterOperator.In, Negated: false }),
            leaf => Assert.Equal(new Filter.Exists("f", Expected: false), leaf));
    }

    [Fact]
    public void Garbage_is_parsed_or_refused_and_nothing_else()
    {
        var random = new Random(11);
        var generator = new RandomMetadata(random);
        var parsed = 0;
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(generator.Filter());
            for (var flips = random.Next(1, 4); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                using var document = JsonDocument.Parse(bytes);
                parsed += Filter.Parse(document.RootElement) is null ? 0 : 1;
            }
            catch (Exception refusal) when (refusal is JsonException or StorageException { Code: StorageErrorCode.InvalidArgument })
            {
            }
        }

        Assert.InRange(parsed, 100, 4_900);
    }
}
