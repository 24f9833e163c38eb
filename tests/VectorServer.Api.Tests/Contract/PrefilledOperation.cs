using System.Text.Json.Nodes;
using VectorServer.Api.Tests.Fuzz;

namespace VectorServer.Api.Tests.Contract;

/// <summary>An operation of a contract, whose requests are made as Swagger UI fills them in after "Try it out".</summary>
/// <param name="Contract">The whole document, to which references lead.</param>
/// <param name="Path">With parameters in braces.</param>
/// <param name="Method">In lower case.</param>
internal sealed record PrefilledOperation(JsonObject Contract, string Path, string Method)
{
    private static readonly HashSet<string> Methods = ["get", "put", "post", "delete", "patch"];

    private JsonObject PathItem => Contract["paths"]![Path]!.AsObject();

    private JsonObject Operation => PathItem[Method]!.AsObject();

    public string Id => Operation["operationId"]!.GetValue<string>();

    private JsonObject? Media => Operation["requestBody"] is { } body ? Resolve(body)["content"]!["application/json"]!.AsObject() : null;

    /// <summary>Names of the body's examples, which the page offers for choice, or of its one example.</summary>
    public IReadOnlyList<string> Examples =>
        Media?["examples"] is JsonObject examples ? [.. examples.Select(example => example.Key)] : [""];

    public static IEnumerable<PrefilledOperation> AllOf(JsonObject contract) =>
        from path in contract["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where Methods.Contains(operation.Key)
        select new PrefilledOperation(contract, path.Key, operation.Key);

    /// <param name="example">One of <see cref="Examples"/>. Where a parameter has an example of the same name, that is chosen too.</param>
    /// <param name="missing">Gives the value of a required parameter that is not filled in, as users do from earlier answers.</param>
    public HttpRequestMessage Request(string example, Func<string, string> missing)
    {
        var (path, query) = (Path, new List<string>());
        var request = new HttpRequestMessage { Method = new HttpMethod(Method.ToUpperInvariant()) };
        foreach (var parameter in Parameters())
        {
            var name = parameter["name"]!.GetValue<string>();
            var isRequired = parameter["required"]?.GetValue<bool>() ?? false;
            string[] values = ValueOf(parameter, example) switch
            {
                JsonArray list => [.. list.Select(item => item!.ToString())],
                { } value when value.ToString().Length > 0 => [value.ToString()], // what is empty is not sent
                _ => isRequired ? [missing(name)] : [],
            };
            foreach (var value in values)
            {
                switch (parameter["in"]!.GetValue<string>())
                {
                    case "path":
                        path = path.Replace($"{{{name}}}", Uri.EscapeDataString(value), StringComparison.Ordinal);
                        break;
                    case "query":
                        query.Add($"{name}={Uri.EscapeDataString(value)}");
                        break;
                    default:
                        request.Headers.Add(name, value);
                        break;
                }
            }
        }

        request.RequestUri = new Uri(Server() + path + (query.Count > 0 ? "?" : "") + string.Join('&', query), UriKind.Relative);
        if (Media is { } media)
            request.Content = new StringContent(BodyOf(media, example).ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        return request;
    }

    // Without an example, the page would make a body of "string" and 0 out of the schema, which no operation takes.
    private JsonNode BodyOf(JsonObject media, string example) =>
        media["example"] ?? media["examples"]?[example]?["value"]
            ?? throw new InvalidOperationException($"The body of {Id} has no example");

    /// <summary>Where the operation is, below the main address: with the defaults of the server's variables.</summary>
    private string Server()
    {
        var server = (Operation["servers"] ?? PathItem["servers"] ?? Contract["servers"])![0]!;
        var url = server["url"]!.GetValue<string>();
        foreach (var (name, variable) in server["variables"]?.AsObject() ?? [])
            url = url.Replace($"{{{name}}}", variable!["default"]!.GetValue<string>(), StringComparison.Ordinal);
        return url.TrimEnd('/');
    }

    /// <summary>Those of the operation in place of those of its path.</summary>
    private IEnumerable<JsonNode> Parameters() => (PathItem["parameters"]?.AsArray() ?? [])
        .Concat(Operation["parameters"]?.AsArray() ?? [])
        .Select(parameter => Resolve(parameter!))
        .GroupBy(parameter => (parameter["in"]!.GetValue<string>(), parameter["name"]!.GetValue<string>()))
        .Select(same => same.Last());

    private static JsonNode? ValueOf(JsonNode parameter, string example)
    {
        var examples = parameter["examples"]?.AsObject();
        var chosen = examples?[example] ?? examples?.First().Value;
        return chosen?["value"] ?? parameter["example"] ?? parameter["schema"]?["example"] ?? parameter["schema"]?["default"];
    }

    private JsonNode Resolve(JsonNode node) => FuzzOperation.Resolve(Contract, node);
}
