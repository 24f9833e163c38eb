namespace VectorServer.Api.Settings;

/// <summary>What the command line says of settings.</summary>
/// <param name="Values">By <see cref="ServerSetting.ConfigurationKey"/>, from options such as <c>--port</c>.</param>
/// <param name="HostArguments">Arguments that the framework reads, each <c>--key=value</c>, such as <c>--Serilog:MinimumLevel:Default=Debug</c>.</param>
internal sealed record GivenSettings(IReadOnlyDictionary<string, string?> Values, string[] HostArguments)
{
    public static readonly GivenSettings None = new(new Dictionary<string, string?>(), []);

    // The host's own, passed on by test servers and service managers.
    private static readonly string[] HostSwitches = ["--environment", "--contentRoot", "--applicationName"];

    /// <summary>
    /// Takes out what the framework reads: any <c>--Section:Key</c>, and the host's own switches. An argument whose value is empty says nothing and
    /// is left out: a test server passes every section by its bare name, with nothing in it.
    /// </summary>
    /// <exception cref="SettingsException">A value is missing, or there is no such setting.</exception>
    public static (string[] HostArguments, string[] Others) Split(string[] args)
    {
        var (host, others) = (new List<string>(), new List<string>());
        for (var i = 0; i < args.Length; i++)
        {
            var (arg, equals) = (args[i], args[i].IndexOf('='));
            var name = equals < 0 ? arg : arg[..equals];
            if (name.StartsWith("--", StringComparison.Ordinal) && equals == arg.Length - 1)
                continue;
            if (!IsHosts(name))
            {
                others.Add(arg);
                continue;
            }

            CheckKnown(name);
            if (equals > 0)
                host.Add(arg);
            else if (i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal))
                host.Add($"{arg}={args[++i]}");
            else
                throw new SettingsException($"{arg} needs a value");
        }

        return ([.. host], [.. others]);
    }

    private static bool IsHosts(string name) =>
        HostSwitches.Contains(name, StringComparer.OrdinalIgnoreCase)
        || (name.StartsWith("--", StringComparison.Ordinal) && name.Contains(':')
            && !ServerSettings.All.Any(setting => name.StartsWith(setting.Switch + ':', StringComparison.Ordinal)));

    private static void CheckKnown(string name)
    {
        if (name.Split(':') is not [var section, var key, ..] || !section.Equals("--" + ServerSettings.Section, StringComparison.OrdinalIgnoreCase))
            return;
        if (!UnknownSettings.IsKey(key))
        {
            var hint = Nearest.Hint(key, UnknownSettings.Keys, found => $"--{ServerSettings.Section}:{found}");
            throw new SettingsException($"Unknown argument {name}{hint}; --help lists all settings");
        }
    }
}
