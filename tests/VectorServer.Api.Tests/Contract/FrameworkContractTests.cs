using System.Text.Json;
using System.Text.Json.Nodes;
using VectorServer.Api.OpenApi;
using VectorServer.Api.Tests.Conformance;
using VectorServer.Api.Tests.Fuzz;

namespace VectorServer.Api.Tests.Contract;

/// <summary><c>/openapi/v1.json</c>, made from the running server, and <c>openapi.yaml</c>, written by hand, tell the same.</summary>
public sealed class FrameworkContractTests
{
    private static readonly HashSet<string> Methods = ["get", "put", "post", "delete", "patch"];

    // Fields of the protocol that are read for a clear refusal: openapi.yaml, which tells what is offered, has them not.
    private static readonly HashSet<string> Refused = ["cmek_id", "embed", "source_backup_id", "source_collection", "PATCH schema"];

    [Fact]
    public async Task Both_contracts_have_the_same_operations_with_the_same_parameters_bodies_and_statuses()
    {
        var (written, made) = await ReadAsync();

        Assert.Equal(Describe(written), Describe(made));
    }

    [Fact]
    public async Task The_bodies_of_both_contracts_have_the_same_fields()
    {
        var (written, made) = await ReadAsync();

        Assert.Equal(Fields(written), Fields(made));
    }

    [Fact]
    public async Task The_operations_of_an_index_are_below_its_path_on_the_main_port_in_both()
    {
        var (written, made) = await ReadAsync();

        Assert.Equal(Servers(written), Servers(made));
    }

    [Fact]
    public async Task Every_reference_of_the_made_contract_leads_somewhere()
    {
        var (_, made) = await ReadAsync();
        var references = All(made).OfType<JsonObject>().Where(node => node["$ref"] is JsonValue).ToList();

        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.NotNull(FuzzOperation.Resolve(made, reference)));
    }

    private static async Task<(JsonObject Written, JsonObject Made)> ReadAsync()
    {
        await using var server = TestServer.Start(("ApiKeys", "key")); // neither asks for it
        var made = await server.GetAsync(FrameworkContract.Path);
        Assert.Equal((200, "application/json"), (made.Status, made.ContentType));
        return (YamlJson.Read(new StringReader((await server.GetAsync("/openapi.yaml")).Body)), JsonNode.Parse(made.Body)!.AsObject());
    }

    /// <summary>A line for each operation.</summary>
    private static IEnumerable<string> Describe(JsonObject contract) =>
        from operation in Operations(contract)
        let parameters = Parameters(contract, operation.PathItem).Concat(Parameters(contract, operation.Node)).Distinct().Order()
        let body = operation.Node["requestBody"] is { } found ? $"body required: {found["required"]?.GetValue<bool>() ?? false}" : "no body"
        let statuses = operation.Node["responses"]!.AsObject().Select(response => response.Key)
            .Where(status => status.StartsWith('2')).Order()
        orderby operation.Name
        select $"{operation.Name}({string.Join(", ", parameters)}) {body} -> {string.Join(", ", statuses)}";

    /// <summary>Two lines for each operation: of its request, and of all its successes, which differ by the version asked for.</summary>
    private static IEnumerable<string> Fields(JsonObject contract) =>
        from operation in Operations(contract)
        let isData = operation.Name.Split('/')[1] is not ("indexes" or "backups" or "restore-jobs" or "collections" or "backup-schedules")
        from body in Bodies(contract, operation.Node).GroupBy(body => body.Kind, body => FieldsOf(contract, body.Schema))
        let fields = body.SelectMany(fields => fields)
            .Where(field => !Refused.Contains(field) && !Refused.Contains($"{operation.Name.Split(' ')[0]} {field}"))
            .Select(field => isData ? JsonNamingPolicy.SnakeCaseLower.ConvertName(field) : field) // the data plane reads both styles
        orderby operation.Name, body.Key
        select $"{operation.Name} {body.Key}: {string.Join(", ", fields.Distinct().Order())}";

    private static IEnumerable<(string Kind, JsonNode Schema)> Bodies(JsonObject contract, JsonNode operation)
    {
        if (operation["requestBody"] is { } request)
            yield return ("request", request["content"]!["application/json"]!["schema"]!);
        foreach (var (status, response) in operation["responses"]!.AsObject())
        {
            var content = FuzzOperation.Resolve(contract, response!)["content"];
            if (status.StartsWith('2') && content?["application/json"]?["schema"] is { } schema)
                yield return ("success", schema);
        }
    }

    /// <summary>Of an object, and of all forms that it may have.</summary>
    private static IEnumerable<string> FieldsOf(JsonObject contract, JsonNode schema)
    {
        var resolved = FuzzOperation.Resolve(contract, schema);
        var own = resolved["properties"]?.AsObject().Select(property => property.Key) ?? [];
        return ((string[])["anyOf", "allOf", "oneOf"]).SelectMany(forms => resolved[forms]?.AsArray() ?? []).Aggregate(
            own, (fields, form) => fields.Concat(FieldsOf(contract, form!)));
    }

    private static IEnumerable<string> Servers(JsonObject contract) =>
        from operation in Operations(contract)
        orderby operation.Name
        select $"{operation.Name} {(operation.Node["servers"] ?? operation.PathItem["servers"] ?? contract["servers"])![0]!["url"]}";

    private static IEnumerable<string> Parameters(JsonObject contract, JsonNode node) =>
        from declared in node["parameters"]?.AsArray() ?? []
        let parameter = FuzzOperation.Resolve(contract, declared!)
        select $"{parameter["in"]} {parameter["name"]}{(parameter["required"]?.GetValue<bool>() ?? false ? "" : "?")}";

    private static IEnumerable<(string Name, JsonNode Node, JsonNode PathItem)> Operations(JsonObject contract) =>
        from path in contract["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where Methods.Contains(operation.Key)
        select ($"{operation.Key.ToUpperInvariant()} {path.Key}", operation.Value, path.Value);

    private static IEnumerable<JsonNode?> All(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(child => All(child.Value)).Prepend(node),
        JsonArray list => list.SelectMany(All).Prepend(node),
        _ => [node],
    };
}
