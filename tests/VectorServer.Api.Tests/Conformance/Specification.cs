using System.Text.Json.Nodes;

namespace VectorServer.Api.Tests.Conformance;

/// <summary>
/// One version of the specification. The published files of 2026-04 are at hand; older versions follow from them and
/// <c>versions.yaml</c>, 2026-07 from them and <c>2026-07.yaml</c>.
/// </summary>
internal sealed class Specification
{
    private const string Published = "2026-04";
    private const string Newest = "2026-07";

    private static readonly JsonObject Versions = YamlJson.Read("versions.yaml");
    private static readonly JsonObject NewestChanges = YamlJson.Read("2026-07.yaml");

    private readonly Dictionary<Area, JsonObject> _schemas = [];
    private readonly Dictionary<string, SpecOperation> _operations = [];

    public Specification(string version)
    {
        Version = version;
        foreach (var area in Enum.GetValues<Area>())
            ReadPublished(area);
        foreach (var former in Versions["former"]!.AsArray())
            AddFormer(former!);
        foreach (var (id, since) in Versions["since"]!.AsObject().Where(entry => IsBefore(Text(entry.Value))))
            _operations.Remove(id);
        foreach (var field in Versions["required_since"]!.AsArray().Where(field => IsBefore(Text(field!["since"]))))
            RemoveRequired(field!);
        if (version == Newest)
            ApplyNewest();
    }

    /// <summary>Every version that clients in use send, oldest first.</summary>
    public static IReadOnlyList<string> AllVersions { get; } = [.. Versions["versions"]!.AsArray().Select(Text)];

    public string Version { get; }

    public bool IsSchemaFamily => Version == Newest;

    public IReadOnlyCollection<SpecOperation> Operations => _operations.Values;

    public SpecOperation this[string id] => _operations[id];

    /// <summary>How many operations the version's own files hold in an area.</summary>
    public static int PublishedCount(string version, Area area) => (int)Versions["counts"]![version]![(int)area]!.GetValue<long>();

    /// <summary>Every operation of the published files whose first version is not written down.</summary>
    public static IEnumerable<string> Undated() =>
        new Specification(Published).Operations.Select(operation => operation.Id).Where(id => Versions["since"]![id] is null);

    public SchemaValidator Validator(Area area) => new(name => Schema(area, name));

    public JsonObject Schema(Area area, string name) => (_schemas[area][name] ?? throw new KeyNotFoundException($"Schema {name} of {area}")).AsObject();

    private void ReadPublished(Area area)
    {
        var file = YamlJson.Read(area switch
        {
            Area.Control => "db_control_2026-04.oas.yaml",
            Area.Data => "db_data_2026-04.oas.yaml",
            _ => "inference_2026-04.oas.yaml",
        });
        _schemas[area] = file["components"]!["schemas"]!.AsObject();
        foreach (var (path, methods) in file["paths"]!.AsObject())
        {
            foreach (var (method, operation) in methods!.AsObject())
                Add(ReadPublished(area, method, path, operation!));
        }
    }

    private static SpecOperation ReadPublished(Area area, string method, string path, JsonNode operation)
    {
        var responses = operation["responses"]!.AsObject();
        var success = responses.Single(response => response.Key[0] == '2');
        return new SpecOperation(
            Text(operation["operationId"]),
            area,
            method.ToUpperInvariant(),
            path,
            int.Parse(success.Key, System.Globalization.CultureInfo.InvariantCulture),
            success.Value!["content"]?["application/json"]?["schema"]?.AsObject(),
            responses.Select(response => response.Key).Where(status => status[0] != '2').ToHashSet(),
            HasEnvelope: area != Area.Data);
    }

    private void AddFormer(JsonNode former)
    {
        if (string.CompareOrdinal(Version, Text(former["until"])) <= 0)
            Add(_operations[Text(former["like"])] with { Id = Text(former["id"]), Method = Text(former["method"]).ToUpperInvariant(), Path = Text(former["path"]) });
    }

    private void RemoveRequired(JsonNode field)
    {
        var schema = Schema(Enum.Parse<Area>(Text(field["area"]), ignoreCase: true), Text(field["schema"]));
        var kept = schema["required"]!.AsArray().Select(Text).Where(name => name != Text(field["field"]));
        schema["required"] = new JsonArray([.. kept.Select(name => (JsonNode)name)]);
    }

    private void ApplyNewest()
    {
        foreach (var (area, schemas) in NewestChanges["schemas"]!.AsObject())
        {
            foreach (var (name, schema) in schemas!.AsObject())
                _schemas[Enum.Parse<Area>(area, ignoreCase: true)][name] = schema!.DeepClone();
        }

        foreach (var change in NewestChanges["operations"]!.AsArray())
            Add(Apply(change!));
    }

    private SpecOperation Apply(JsonNode change)
    {
        var id = Text(change["id"]);
        var operation = _operations.GetValueOrDefault(id) ?? new SpecOperation(
            id,
            Enum.Parse<Area>(Text(change["area"]), ignoreCase: true),
            Text(change["method"]).ToUpperInvariant(),
            Text(change["path"]),
            Success: 0,
            change["schema"] is { } schema ? new JsonObject { ["$ref"] = $"#/components/schemas/{Text(schema)}" } : null,
            new HashSet<string>(),
            HasEnvelope: Text(change["area"]) != "data");
        return operation with
        {
            Success = (int?)change["success"]?.GetValue<long>() ?? operation.Success,
            Errors = change["errors"]?.AsArray().Select(status => status!.ToString()).ToHashSet() ?? operation.Errors,
            HasEnvelope = operation.HasEnvelope || change["error_shape"] is not null,
        };
    }

    private void Add(SpecOperation operation) => _operations[operation.Id] = operation;

    private bool IsBefore(string since) => string.CompareOrdinal(Version, since) < 0;

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
