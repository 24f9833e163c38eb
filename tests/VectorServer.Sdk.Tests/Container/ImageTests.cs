using System.Globalization;

namespace VectorServer.Sdk.Tests.Container;

/// <summary>Follows the Dockerfile in directories of its own: copies what it copies, publishes as it publishes, starts what it starts.</summary>
public sealed class ImageTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("vectorserver-image-");
    private readonly Dockerfile _dockerfile = Dockerfile.Read(Repository.PathOf("Dockerfile"));

    [Fact]
    public async Task The_steps_of_the_Dockerfile_make_a_server_that_its_health_check_finds_well()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The image is of Linux");
        await BuildAsync();
        var ports = PortRange.Take(4);
        var environment = _dockerfile.Environment("runtime").ToDictionary(variable => variable.Key, variable => Here(variable.Value));
        environment["PORT"] = ports.Main.ToString(CultureInfo.InvariantCulture);
        environment["VECTORSERVER_INDEX_PORTS"] = ports.IndexPorts;
        environment["VECTORSERVER_API_KEYS"] = ServerProcess.ApiKey;
        var entryPoint = Command("ENTRYPOINT");
        var healthCheck = Command("HEALTHCHECK");
        var workingDirectory = Directory.CreateDirectory(Here(_dockerfile.One("runtime", "WORKDIR"))).FullName;

        await using (await ServerProcess.StartAsync(entryPoint[0], workingDirectory, entryPoint[1..], ports, environment))
        {
            var healthy = await ChildProcess.RunAsync(healthCheck[0], workingDirectory, healthCheck[1..], environment);
            Assert.True(healthy.ExitCode == 0, healthy.Output);
            Assert.True(File.Exists(Here("/data/LOCK")), "The data lies in the volume");
        }

        var gone = await ChildProcess.RunAsync(healthCheck[0], workingDirectory, healthCheck[1..], environment);
        Assert.NotEqual(0, gone.ExitCode);
    }

    [Fact]
    public void The_container_runs_without_root_and_keeps_its_data_in_a_volume()
    {
        Assert.Equal("$APP_UID", _dockerfile.One("runtime", "USER"));
        Assert.Equal("/data", _dockerfile.One("runtime", "VOLUME"));
        Assert.Equal("/data", _dockerfile.Environment("runtime")["VECTORSERVER_DATA"]);
    }

    public void Dispose() => _root.Delete(recursive: true);

    private async Task BuildAsync()
    {
        var source = Here(_dockerfile.One("build", "WORKDIR"));
        foreach (var copy in _dockerfile.All("build", "COPY"))
            CopyFromContext(Dockerfile.Words(copy), source);
        foreach (var run in _dockerfile.All("build", "RUN"))
        {
            var command = Dockerfile.Words(run).Select(Here).ToArray();
            var result = await ChildProcess.RunAsync(command[0], source, [.. command[1..], "-nodeReuse:false"]);
            result.OutputOrThrow(run);
        }

        // What comes from the build stage is in place already: both stages share one root here.
        foreach (var copy in _dockerfile.All("runtime", "COPY").Where(copy => !copy.StartsWith("--from=build", StringComparison.Ordinal)))
            CopyFromContext(Dockerfile.Words(copy), source);
    }

    private string[] Command(string instruction) => [.. Dockerfile.Command(_dockerfile.One("runtime", instruction)).Select(Here)];

    /// <summary>An absolute path of the image, below this test's root; anything else as it is.</summary>
    private string Here(string word) => word.StartsWith('/') ? Path.Join(_root.FullName, word) : word;

    private void CopyFromContext(string[] words, string workingDirectory)
    {
        var target = Path.Combine(workingDirectory, Here(words[^1]));
        foreach (var name in words[..^1])
        {
            var source = Repository.PathOf(name);
            if (Directory.Exists(source))
                CopyDirectory(source, target);
            else
                CopyFile(source, words[^1].EndsWith('/') ? Path.Combine(target, name) : target);
        }
    }

    private static void CopyDirectory(string source, string target)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            CopyFile(file, Path.Combine(target, Path.GetRelativePath(source, file)));
    }

    private static void CopyFile(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(source, target);
    }
}
