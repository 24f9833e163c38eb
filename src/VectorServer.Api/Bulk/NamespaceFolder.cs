using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using VectorServer.Api.Errors;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Bulk;

/// <summary>
/// Folders that stand for namespaces. A folder is called as its namespace is, with <c>%XX</c> for what some file system would not keep
/// apart, <c>__default__</c> for the default one; where a name is too long for a folder, <c>namespace.json</c> in it has the whole.
/// </summary>
internal static class NamespaceFolder
{
    public const string DescriptionFile = "namespace.json";

    private const int LengthMax = 150; // with a hash still below every file system's 255

    /// <summary>The folder of a namespace, by the engine's name for it.</summary>
    public static string NameOf(string ns)
    {
        if (ns.Length == 0)
            return NamespaceName.Default;

        // Upper case is encoded for file systems that fold it, the first character for names that one keeps for itself: con, __default__.
        var name = new StringBuilder(ns.Length);
        foreach (var c in ns)
        {
            if (char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || (c is '-' or '_' && name.Length > 0))
                name.Append(c);
            else
                name.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
        }

        if (name.Length > LengthMax)
            return $"{name.ToString(0, LengthMax)}~{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(ns)))}";
        return IsReserved(name.ToString()) ? $"%{(int)ns[0]:X2}{name.ToString(1, name.Length - 1)}" : name.ToString();
    }

    /// <summary>The engine's name of the namespace that a folder stands for.</summary>
    /// <exception cref="WireException">It cannot be one.</exception>
    public static string Read(DirectoryInfo folder)
    {
        var description = new FileInfo(Path.Combine(folder.FullName, DescriptionFile));
        if (!description.Exists)
            return Parse(Uri.UnescapeDataString(folder.Name));

        BulkRoots.CheckNoLink(description);
        try
        {
            return Parse(JsonSerializer.Deserialize(File.ReadAllBytes(description.FullName), FolderJsonContext.Default.FolderDescription)?.Name);
        }
        catch (JsonException)
        {
            throw WireException.Invalid($"{folder.Name}/{DescriptionFile} is not a JSON object with a name");
        }
    }

    /// <summary>Writes the description of a folder that holds the namespace.</summary>
    public static void Describe(string folder, string ns)
    {
        using var file = new FileStream(Path.Combine(folder, DescriptionFile), FileMode.CreateNew);
        JsonSerializer.Serialize(file, new FolderDescription(NamespaceName.ToWire(ns)), FolderJsonContext.Default.FolderDescription);
        file.Flush(flushToDisk: true);
    }

    private static string Parse(string? name) => name is "." or ".."
        ? throw WireException.Invalid($"Namespace name must not be '{name}'") // the engine's rule, told before the import begins
        : NamespaceName.Parse(name);

    /// <summary>Names that Windows keeps for devices.</summary>
    private static bool IsReserved(string name) =>
        name is "con" or "prn" or "aux" or "nul"
        || (name.Length == 4 && name[..3] is "com" or "lpt" && char.IsAsciiDigit(name[3]));
}

/// <summary>What <c>namespace.json</c> holds.</summary>
internal sealed record FolderDescription(string? Name);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FolderDescription))]
internal sealed partial class FolderJsonContext : JsonSerializerContext;
