using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace VectorServer.Api.Tests.Conformance;

/// <summary>Reads the YAML that the tests carry as JSON: plain scalars by what they look like, quoted ones as text.</summary>
internal static class YamlJson
{
    /// <param name="name">A file embedded in the test assembly.</param>
    public static JsonObject Read(string name)
    {
        using var stream = typeof(YamlJson).Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException(name);
        using var reader = new StreamReader(stream);
        return Read(reader);
    }

    /// <summary>Reads any YAML whose root is a mapping.</summary>
    public static JsonObject Read(TextReader reader)
    {
        var yaml = new YamlStream();
        yaml.Load(reader);
        return (JsonObject)ToJson(yaml.Documents[0].RootNode)!;
    }

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(child => KeyValuePair.Create(((YamlScalarNode)child.Key).Value!, ToJson(child.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => ToJson(plain.Value ?? ""),
        YamlScalarNode text => text.Value,
        _ => throw new NotSupportedException(node.NodeType.ToString()),
    };

    private static JsonNode? ToJson(string plain) => plain switch
    {
        "" or "null" or "~" => null,
        "true" => true,
        "false" => false,
        _ when long.TryParse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) => integer,
        _ when double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => plain,
    };
}
