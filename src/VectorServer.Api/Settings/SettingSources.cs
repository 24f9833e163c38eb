using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.FileProviders.Physical;

namespace VectorServer.Api.Settings;

/// <summary>
/// Where settings are read from; later ones win: (1) <c>appsettings.json</c> beside the program, (2) <c>appsettings.json</c> of the working
/// directory, (3) the file of <c>--config</c>, (4) the environment, <c>VectorServer__Key</c> before the short names, (5) the command line.
/// </summary>
internal static class SettingSources
{
    private const string FileName = "appsettings.json";

    /// <summary>Adds our sources to those that the framework has put there: (1) and the environment.</summary>
    /// <param name="configuration">Of a host, or none.</param>
    /// <param name="environment">The variables of the process.</param>
    /// <param name="given">The command line.</param>
    /// <param name="workingDirectory">Null reads no file but that of <c>--config</c>.</param>
    /// <param name="environmentName">The host's, such as Production, whose <c>appsettings.Production.json</c> is read too; null for none.</param>
    /// <returns>A warning for each setting that is unknown.</returns>
    /// <exception cref="SettingsException">A file is missing or is not JSON.</exception>
    public static IReadOnlyList<string> Add(
        IConfigurationBuilder configuration,
        IReadOnlyDictionary<string, string?> environment,
        GivenSettings given,
        string? workingDirectory = null,
        string? environmentName = null)
    {
        var warnings = new List<string>();
        foreach (var (path, isOurs) in Files(environment, given, workingDirectory, environmentName))
        {
            var file = Read(path);
            warnings.AddRange(UnknownSettings.InFile(path, file));
            if (isOurs)
            {
                var source = new ChainedConfigurationSource { Configuration = file, ShouldDisposeConfiguration = true };
                configuration.Sources.Insert(BeforeEnvironment(configuration), source);
            }
        }

        warnings.AddRange(UnknownSettings.InEnvironment(environment.Keys));
        configuration.AddInMemoryCollection(ServerSettings.All
            .Where(setting => !string.IsNullOrEmpty(environment.GetValueOrDefault(setting.Environment)))
            .Select(setting => KeyValuePair.Create(setting.ConfigurationKey, environment[setting.Environment])));
        configuration.AddCommandLine(given.HostArguments);
        configuration.AddInMemoryCollection(given.Values);
        return warnings;
    }

    /// <summary>The settings of a command that starts no server, from the same sources.</summary>
    /// <exception cref="SettingsException">A file is missing or is not JSON.</exception>
    public static IConfiguration ReadOnce(IReadOnlyDictionary<string, string?> environment, GivenSettings given)
    {
        var configuration = new ConfigurationBuilder()
            .SetBasePath(AppContext.BaseDirectory)
            .AddJsonFile(FileName, optional: true)
            .AddEnvironmentVariables();
        Add(configuration, environment, given, Environment.CurrentDirectory);
        return configuration.Build();
    }

    /// <summary>The files that are there, weakest first; the framework reads those beside the program itself.</summary>
    private static IEnumerable<(string Path, bool IsOurs)> Files(
        IReadOnlyDictionary<string, string?> environment, GivenSettings given, string? workingDirectory, string? environmentName)
    {
        string[] names = environmentName is null ? [FileName] : [FileName, $"appsettings.{environmentName}.json"];
        if (workingDirectory is not null)
        {
            string[] directories = [AppContext.BaseDirectory, workingDirectory];
            foreach (var directory in directories.Select(Path.TrimEndingDirectorySeparator).Distinct())
            {
                foreach (var path in names.Select(name => Path.Combine(directory, name)).Where(File.Exists))
                    yield return (path, directory != Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
            }
        }

        var setting = ServerSettings.ConfigFile;
        var file = given.Values.GetValueOrDefault(setting.ConfigurationKey) ?? environment.GetValueOrDefault(setting.Environment);
        if (string.IsNullOrEmpty(file))
            yield break;
        if (!File.Exists(file))
            throw new SettingsException($"{setting} names {Path.GetFullPath(file)}, which is not there");
        yield return (Path.GetFullPath(file), true);
    }

    private static IConfigurationRoot Read(string path)
    {
        try
        {
            using var directory = new PhysicalFileProvider(Path.GetDirectoryName(path)!, ExclusionFilters.None); // also .hidden ones
            return new ConfigurationBuilder().AddJsonFile(directory, Path.GetFileName(path), optional: false, reloadOnChange: false).Build();
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The settings file {path} cannot be read: {e.GetBaseException().Message}");
        }
    }

    private static int BeforeEnvironment(IConfigurationBuilder configuration)
    {
        for (var i = configuration.Sources.Count - 1; i >= 0; i--)
        {
            if (configuration.Sources[i] is EnvironmentVariablesConfigurationSource { Prefix: null or "" })
                return i;
        }

        return configuration.Sources.Count;
    }
}
