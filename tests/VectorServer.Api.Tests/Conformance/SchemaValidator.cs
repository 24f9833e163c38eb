using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VectorServer.Api.Tests.Conformance;

/// <summary>
/// Validates JSON against schemas of OpenAPI 3.0 as the published files use them. A keyword it does not know is an error, so that
/// nothing a schema says is passed over in silence.
/// </summary>
/// <param name="resolve">The schema of a name in <c>#/components/schemas</c>.</param>
internal sealed class SchemaValidator(Func<string, JsonObject> resolve)
{
    // Say nothing about what is valid. oneOf decides where a discriminator only speeds up.
    private static readonly HashSet<string> Remarks =
        ["description", "title", "example", "default", "deprecated", "externalDocs", "discriminator", "x-component-name", "nullable"];

    /// <summary>What is wrong, each with where; empty when valid.</summary>
    public IReadOnlyList<string> Check(JsonObject schema, JsonElement value)
    {
        var problems = new List<string>();
        Check(schema, value, "$", problems);
        return problems;
    }

    private void Check(JsonObject schema, JsonElement value, string at, List<string> problems)
    {
        if (schema["$ref"] is { } reference)
            schema = resolve(reference.GetValue<string>().Split('/')[^1]);
        if (value.ValueKind == JsonValueKind.Null)
        {
            if (schema["nullable"]?.GetValue<bool>() != true)
                problems.Add($"{at} is null");
            return;
        }

        if (schema["type"]?.GetValue<string>() is { } type && !HasType(value, type))
        {
            problems.Add($"{at} is {value.ValueKind}, not {type}");
            return;
        }

        foreach (var (keyword, argument) in schema)
            CheckKeyword(keyword, argument!, schema, value, at, problems);
    }

    private void CheckKeyword(string keyword, JsonNode argument, JsonObject schema, JsonElement value, string at, List<string> problems)
    {
        switch (keyword)
        {
            case "type":
                break;
            case "required":
                if (value.ValueKind == JsonValueKind.Object)
                    problems.AddRange(Strings(argument).Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{at} lacks {name}"));
                break;
            case "properties":
                foreach (var (name, property) in argument.AsObject())
                {
                    if (value.TryGetProperty(name, out var member))
                        Check(property!.AsObject(), member, $"{at}.{name}", problems);
                }

                break;
            case "additionalProperties":
                CheckAdditional(argument, schema, value, at, problems);
                break;
            case "items":
                var position = 0;
                foreach (var item in value.EnumerateArray())
                    Check(argument.AsObject(), item, $"{at}[{position++}]", problems);
                break;
            case "oneOf" or "anyOf":
                var fitting = argument.AsArray().Count(branch => Check(branch!.AsObject(), value).Count == 0);
                if (fitting == 0 || (keyword == "oneOf" && fitting > 1))
                    problems.Add($"{at} fits {fitting} of {keyword}: {string.Join("; ", argument.AsArray().SelectMany(branch => Check(branch!.AsObject(), value)))}");
                break;
            case "enum" or "x-enum":
                if (!Strings(argument).Contains(value.GetString()!))
                    problems.Add($"{at} is '{value}', which is no value of its enum");
                break;
            case "format":
                if (!HasFormat(value, argument.GetValue<string>()))
                    problems.Add($"{at} is {value.GetRawText()}, not of format {argument}");
                break;
            case "minimum" when value.GetDouble() < Number(argument):
            case "maximum" when value.GetDouble() > Number(argument):
            case "minLength" when value.ValueKind == JsonValueKind.String && value.GetString()!.Length < Number(argument):
            case "maxLength" when value.ValueKind == JsonValueKind.String && value.GetString()!.Length > Number(argument):
                problems.Add($"{at} is {value.GetRawText()}, against {keyword} {argument}");
                break;
            case "minimum" or "maximum" or "minLength" or "maxLength":
                break;
            default:
                if (!Remarks.Contains(keyword))
                    throw new NotSupportedException($"Schema keyword {keyword} at {at}");
                break;
        }
    }

    private void CheckAdditional(JsonNode argument, JsonObject schema, JsonElement value, string at, List<string> problems)
    {
        var known = schema["properties"]?.AsObject();
        foreach (var member in value.EnumerateObject().Where(member => known?.ContainsKey(member.Name) != true))
        {
            if (argument is JsonObject additional)
                Check(additional, member.Value, $"{at}.{member.Name}", problems);
            else if (!argument.GetValue<bool>())
                problems.Add($"{at} must not have {member.Name}");
        }
    }

    private static bool HasType(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => throw new NotSupportedException($"Schema type {type}"),
    };

    private static bool HasFormat(JsonElement value, string format) => format switch
    {
        "int32" => value.TryGetInt32(out _),
        "int64" => value.TryGetInt64(out _),
        "float" => float.IsFinite(value.GetSingle()),
        "uint64" => ulong.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out _),
        "byte" => value.TryGetBytesFromBase64(out _),
        "date-time" => value.GetString()!.Contains('T', StringComparison.Ordinal) && value.TryGetDateTimeOffset(out _),
        _ => throw new NotSupportedException($"Schema format {format}"),
    };

    private static IEnumerable<string> Strings(JsonNode list) => list.AsArray().Select(item => item!.GetValue<string>());

    private static double Number(JsonNode node) => JsonSerializer.Deserialize<double>(node);
}
