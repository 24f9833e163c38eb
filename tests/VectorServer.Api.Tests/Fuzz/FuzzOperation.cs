using System.Text.Json.Nodes;
using VectorServer.Api.Tests.Conformance;

namespace VectorServer.Api.Tests.Fuzz;

/// <summary>An operation as a description of the wire has it, ours or a published one.</summary>
/// <param name="Name">Description and <c>operationId</c>.</param>
/// <param name="Method">In upper case.</param>
/// <param name="Path">With parameters in braces.</param>
/// <param name="IsData">Of one index, so that errors have the data plane's shape.</param>
/// <param name="IsOffered">It is in openapi.yaml.</param>
/// <param name="QueryNames">Of its query parameters.</param>
/// <param name="Body">Schema of its body; null for none.</param>
/// <param name="File">The description, to which references of the schema lead.</param>
internal sealed record FuzzOperation(
    string Name, string Method, string Path, bool IsData, bool IsOffered, IReadOnlyList<string> QueryNames, JsonObject? Body, JsonObject File)
{
    private static readonly HashSet<string> Methods = ["get", "put", "post", "delete", "patch"];

    /// <summary>Every operation of openapi.yaml, then what the published descriptions have beyond it.</summary>
    public static IReadOnlyList<FuzzOperation> All { get; } = ReadAll();

    public static JsonNode Resolve(JsonObject file, JsonNode node)
    {
        while (node is JsonObject fields && fields["$ref"] is { } reference)
            node = reference.GetValue<string>().Split('/')[1..].Aggregate((JsonNode)file, (at, step) => at[step]!);
        return node;
    }

    private static List<FuzzOperation> ReadAll()
    {
        using var contract = new StreamReader(System.IO.Path.Combine(AppContext.BaseDirectory, "openapi.yaml"));
        var all = Read("ours", YamlJson.Read(contract), isData: null, _ => true).ToList();
        var offered = all.Select(operation => $"{operation.Method} {operation.Path}").ToHashSet();
        foreach (var (file, isData) in ((string, bool)[])[("db_control_2026-04", false), ("db_data_2026-04", true), ("inference_2026-04", false)])
            all.AddRange(Read(file, YamlJson.Read($"{file}.oas.yaml"), isData, offered.Contains));
        return all;
    }

    private static IEnumerable<FuzzOperation> Read(string name, JsonObject file, bool? isData, Func<string, bool> isOffered) =>
        from path in file["paths"]!.AsObject()
        let shared = path.Value!["parameters"]?.AsArray() ?? []
        from operation in path.Value!.AsObject()
        where Methods.Contains(operation.Key)
        let method = operation.Key.ToUpperInvariant()
        let parameters = shared.Concat(operation.Value!["parameters"]?.AsArray() ?? []).Select(parameter => Resolve(file, parameter!))
        let body = operation.Value!["requestBody"] is { } declared ? Resolve(file, declared)["content"]!.AsObject().First().Value!["schema"] : null
        select new FuzzOperation(
            $"{name} {operation.Value!["operationId"]}",
            method,
            path.Key,
            isData ?? path.Value!["servers"] is not null,
            isOffered($"{method} {path.Key}"),
            [.. parameters.Where(parameter => parameter["in"]!.GetValue<string>() == "query").Select(parameter => parameter["name"]!.GetValue<string>())],
            body?.AsObject(),
            file);
}
