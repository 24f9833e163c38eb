using System.Text.Json;
using System.Text.Json.Nodes;

namespace VectorServer.Api.Tests.Conformance;

/// <summary>The judge is judged: it finds each kind of fault, and passes what has none.</summary>
public sealed class SchemaValidatorTests
{
    private const string Thing = """
        {"type": "object", "required": ["id"], "properties": {
          "id": {"type": "string", "minLength": 1, "maxLength": 3},
          "count": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 9},
          "large": {"type": "integer", "format": "int32"},
          "made": {"type": "string", "format": "date-time", "nullable": true},
          "state": {"type": "string", "x-enum": ["on", "off"]},
          "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"} },
          "tags": {"type": "object", "additionalProperties": {"type": "string"} },
          "closed": {"type": "object", "additionalProperties": false, "properties": {"a": {"type": "boolean"} } },
          "either": {"oneOf": [{"type": "object", "required": ["a"]}, {"type": "object", "required": ["b"]}]},
          "any": {"anyOf": [{"type": "string"}, {"type": "number"}]} } }
        """;

    [Theory]
    [InlineData("""{"id": "a"}""")]
    [InlineData("""{"id": "a", "count": 9, "made": "2026-07-01T10:00:00Z", "state": "on", "other": null}""")]
    [InlineData("""{"id": "a", "made": null, "parts": [{"id": "b"}], "tags": {"x": "y"}, "closed": {"a": true} }""")]
    [InlineData("""{"id": "a", "either": {"b": 1}, "any": 1.5}""")]
    public void What_fits_has_no_faults(string json) => Assert.Empty(Check(json));

    [Theory]
    [InlineData("""[]""", "$ is Array, not object")]
    [InlineData("""{}""", "$ lacks id")]
    [InlineData("""{"id": null}""", "$.id is null")]
    [InlineData("""{"id": ""}""", "minLength")]
    [InlineData("""{"id": "long"}""", "maxLength")]
    [InlineData("""{"id": "a", "count": 1.5}""", "not integer")]
    [InlineData("""{"id": "a", "count": "1"}""", "not integer")]
    [InlineData("""{"id": "a", "count": -1}""", "minimum")]
    [InlineData("""{"id": "a", "count": 10}""", "maximum")]
    [InlineData("""{"id": "a", "large": 3000000000}""", "format int32")]
    [InlineData("""{"id": "a", "made": "2026-07-01"}""", "format date-time")]
    [InlineData("""{"id": "a", "state": "maybe"}""", "no value of its enum")]
    [InlineData("""{"id": "a", "parts": [{"id": "b"}, {}]}""", "$.parts[1] lacks id")]
    [InlineData("""{"id": "a", "tags": {"x": 1} }""", "$.tags.x is Number")]
    [InlineData("""{"id": "a", "closed": {"b": true} }""", "must not have b")]
    [InlineData("""{"id": "a", "either": {"a": 1, "b": 1} }""", "fits 2 of oneOf")]
    [InlineData("""{"id": "a", "either": {} }""", "fits 0 of oneOf")]
    [InlineData("""{"id": "a", "any": true}""", "fits 0 of anyOf")]
    public void Each_fault_is_found(string json, string fault) => Assert.Contains(fault, Assert.Single(Check(json)), StringComparison.Ordinal);

    [Fact]
    public void An_unknown_keyword_is_not_passed_over() =>
        Assert.Throws<NotSupportedException>(() => new SchemaValidator(_ => []).Check(new JsonObject { ["multipleOf"] = 2 }, default));

    private static IReadOnlyList<string> Check(string json)
    {
        var schema = JsonNode.Parse(Thing)!.AsObject();
        return new SchemaValidator(_ => schema).Check(schema, JsonSerializer.Deserialize<JsonElement>(json));
    }
}
