using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VectorServer.Api.Tests.Fuzz;

/// <summary>
/// Writes bodies that a schema allows, of values that mean something to the server under test, so that much of them is carried out. A share of the
/// values is odd when asked: the text need not be JSON then.
/// </summary>
/// <param name="random">Decides everything.</param>
/// <param name="oddShare">Of all values, 0..1.</param>
/// <param name="known">Ids that the server gave before.</param>
internal sealed class JsonSampler(Random random, double oddShare, IReadOnlyList<(string Name, string Value)> known)
{
    private const int DepthMax = 6;

    private readonly StringBuilder _text = new();

    public string Sample(JsonObject file, JsonNode schema)
    {
        _text.Clear();
        Write(file, schema, "", 0);
        return _text.ToString();
    }

    private void Write(JsonObject file, JsonNode declared, string name, int depth)
    {
        if (random.NextDouble() < oddShare)
        {
            _text.Append(Pick(OddValues.Json));
            return;
        }

        var schema = FuzzOperation.Resolve(file, declared).AsObject();
        var branches = (schema["oneOf"] ?? schema["anyOf"])?.AsArray();
        if (branches is not null)
            Write(file, branches[random.Next(branches.Count)]!, name, depth + 1);
        else if (schema["allOf"] is JsonArray { Count: > 0 } all)
            Write(file, all[random.Next(all.Count)]!, name, depth + 1);
        else if (schema["enum"] is JsonArray { Count: > 0 } values)
            _text.Append(values[random.Next(values.Count)]!.ToJsonString());
        else if (name is "filter")
            WriteFilter(0);
        else if (name is "metadata" or "setMetadata")
            WriteMetadata();
        else
            WriteType(file, schema, name, depth);
    }

    private void WriteType(JsonObject file, JsonObject schema, string name, int depth)
    {
        var type = schema["type"]?.ToString() ?? (schema["properties"] is null ? "string" : "object");
        switch (type)
        {
            case "object" when depth < DepthMax:
                WriteObject(file, schema, depth);
                break;
            case "array" when depth < DepthMax:
                WriteArray(file, schema, name, depth);
                break;
            case "object" or "array":
                _text.Append(type == "object" ? "{}" : "[]");
                break;
            case "integer" or "number":
                _text.Append(name == "dimension" ? 2 : random.Next(1, 12));
                break;
            case "boolean":
                _text.Append(random.Next(2) == 0 ? "true" : "false");
                break;
            default:
                _text.Append(JsonSerializer.Serialize(WordFor(random, name, known)));
                break;
        }
    }

    private void WriteObject(JsonObject file, JsonObject schema, int depth)
    {
        var required = schema["required"]?.AsArray().Select(item => item!.GetValue<string>()).ToHashSet() ?? [];
        var properties = schema["properties"]?.AsObject() ?? [];
        var separator = "{";
        foreach (var (name, property) in properties)
        {
            if (!required.Contains(name) && random.Next(3) == 0)
                continue;
            _text.Append(separator).Append(JsonSerializer.Serialize(name)).Append(':');
            Write(file, property!, name, depth + 1);
            separator = ",";
        }

        if (schema["additionalProperties"] is JsonObject additional)
        {
            _text.Append(separator).Append(JsonSerializer.Serialize(Pick(["g", "s", "vs_compression", "_values"]))).Append(':');
            Write(file, additional, "", depth + 1);
            separator = ",";
        }

        _text.Append(separator == "{" ? "{}" : "}");
    }

    private void WriteArray(JsonObject file, JsonObject schema, string name, int depth)
    {
        var isVector = name is "values" or "vector";
        var count = isVector && random.Next(10) > 0 ? 2 : random.Next(0, 4);
        _text.Append('[');
        for (var i = 0; i < count; i++)
        {
            _text.Append(i == 0 ? "" : ",");
            if (isVector)
                _text.Append((random.NextDouble() * 2).ToString("R", CultureInfo.InvariantCulture));
            else
                Write(file, schema["items"] ?? new JsonObject(), name, depth + 1);
        }

        _text.Append(']');
    }

    private void WriteFilter(int depth)
    {
        var field = JsonSerializer.Serialize(Pick(["g", "s", "n", "absent"]));
        var operand = Pick(["\"x\"", "1", "true", "2.5", "[\"x\", 1]", "[]", .. oddShare > 0 ? (string[])[Pick(OddValues.Json)] : []]);
        var operation = Pick(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists"]);
        switch (random.Next(depth < 4 ? 4 : 2))
        {
            case 0:
                _text.Append(CultureInfo.InvariantCulture, $"{{{field}:{operand}}}");
                break;
            case 1:
                _text.Append(CultureInfo.InvariantCulture, $"{{{field}:{{\"{operation}\":{operand}}}}}");
                break;
            default:
                _text.Append(random.Next(2) == 0 ? "{\"$and\":[" : "{\"$or\":[");
                WriteFilter(depth + 1);
                _text.Append(',');
                WriteFilter(depth + 1);
                _text.Append("]}");
                break;
        }
    }

    private void WriteMetadata() =>
        _text.Append(CultureInfo.InvariantCulture, $$"""{"g":{{JsonSerializer.Serialize(Pick(["x", "y", "z"]))}},"n":{{random.Next(5)}},"l":["x"]}""");

    /// <summary>A text that a field or parameter of this name may well hold.</summary>
    public static string WordFor(Random random, string name, IReadOnlyList<(string Name, string Value)> known)
    {
        if (known.Count > 0 && (name.EndsWith("_id", StringComparison.Ordinal) || name is "id" or "paginationToken" or "pagination_token") && random.Next(2) == 0)
        {
            var fitting = known.Where(one => one.Name.EndsWith(name, StringComparison.Ordinal)).ToArray();
            return (fitting.Length > 0 ? fitting[random.Next(fitting.Length)] : known[random.Next(known.Count)]).Value;
        }

        string[] words = name switch
        {
            "index_name" or "source" or "source_collection" => ["fuzz", "spare", "none"],
            "name" or "collection_name" => ["spare", "third", "fuzz", "n", "m", "live"],
            "namespace" or "target_namespace" or "targetNamespace" => ["", "n", "m", "__default__", "none"],
            "alias_name" => ["live", "spare", "none"],
            "metric" => ["cosine", "dotproduct", "euclidean"],
            "cloud" => ["aws", "gcp"],
            "region" => ["us-east-1", "us-central1"],
            "environment" => ["us-east1-gcp"],
            "pod_type" => ["p1.x1", "s1.x2"],
            "vector_type" => ["dense", "sparse"],
            "limit" or "topK" => ["1", "2", "100"],
            "prefix" => ["", "a", "n"],
            "" => ["x", "a", "b"],
            _ => ["a", "b", "c", "d"],
        };
        return words[random.Next(words.Length)];
    }

    private string Pick(string[] from) => from[random.Next(from.Length)];
}
