using System.Text.Json;

namespace VectorServer.Sdk.Tests.Container;

/// <summary>One instruction of a Dockerfile and the stage it belongs to.</summary>
internal sealed record Instruction(string Stage, string Name, string Arguments);

/// <summary>As much of the repository's Dockerfile as it takes to follow its steps without an engine for containers.</summary>
internal sealed class Dockerfile
{
    private readonly List<Instruction> _instructions = [];

    public static Dockerfile Read(string path)
    {
        var file = new Dockerfile();
        var stage = "";
        var lines = File.ReadLines(path).Where(line => !line.TrimStart().StartsWith('#'));
        foreach (var line in string.Join('\n', lines).Replace("\\\n", " ", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var (name, arguments) = (line[..space], line[(space + 1)..].Trim());
            if (name == "FROM")
                stage = Words(arguments)[^1];
            file._instructions.Add(new Instruction(stage, name, arguments));
        }

        return file;
    }

    public string[] All(string stage, string name) =>
        [.. _instructions.Where(instruction => instruction.Stage == stage && instruction.Name == name).Select(instruction => instruction.Arguments)];

    public string One(string stage, string name) => All(stage, name).Single();

    /// <summary>What ENV sets in a stage.</summary>
    public Dictionary<string, string> Environment(string stage) =>
        All(stage, "ENV").SelectMany(Words).Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>The words of a command in its JSON form, wherever it begins.</summary>
    public static string[] Command(string arguments) =>
        JsonSerializer.Deserialize<string[]>(arguments[arguments.IndexOf('[', StringComparison.Ordinal)..])!;

    public static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
