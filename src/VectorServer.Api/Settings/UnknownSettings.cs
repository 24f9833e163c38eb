namespace VectorServer.Api.Settings;

/// <summary>Finds what looks like a setting and is none, most often mistyped.</summary>
internal static class UnknownSettings
{
    private const string EnvironmentPrefix = "VECTORSERVER_";

    public static IEnumerable<string> Keys => ServerSettings.All.Select(setting => setting.Key);

    /// <summary>As the framework compares keys: in any case.</summary>
    public static bool IsKey(string key) => Keys.Contains(key, StringComparer.OrdinalIgnoreCase);

    /// <summary>A sentence for each unknown variable whose name begins as ours do.</summary>
    public static IEnumerable<string> InEnvironment(IEnumerable<string> names) =>
        from name in names.Order(StringComparer.Ordinal)
        where name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase)
        let key = name[EnvironmentPrefix.Length..] is ['_', .. var rest] ? rest.Split(["__", ":"], 2, default)[0] : null // VectorServer__Key
        where key is null ? ServerSettings.All.All(setting => setting.Environment != name) : !IsKey(key)
        select key is null
            ? $"Unknown environment variable {name}{Nearest.Hint(name, ServerSettings.All.Select(setting => setting.Environment))} is ignored"
            : $"Unknown environment variable {name}{Nearest.Hint(key, Keys, found => $"{ServerSettings.Section}__{found}")} is ignored";

    /// <summary>A sentence for each unknown key in our section of a file.</summary>
    /// <param name="path">For the sentence.</param>
    /// <param name="file">What is in it.</param>
    public static IEnumerable<string> InFile(string path, IConfiguration file) =>
        from child in file.GetSection(ServerSettings.Section).GetChildren()
        where !IsKey(child.Key)
        let hint = Nearest.Hint(child.Key, Keys, found => $"{ServerSettings.Section}:{found}")
        select $"Unknown setting {ServerSettings.Section}:{child.Key} in {path}{hint} is ignored";
}
