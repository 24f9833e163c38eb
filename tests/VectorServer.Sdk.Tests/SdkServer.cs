namespace VectorServer.Sdk.Tests;

/// <summary>One server for the scenarios that do not need their own; each makes and removes its own index.</summary>
public sealed class SdkServer : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("vectorserver-sdk-");
    private ServerProcess? _process;

    internal string Url => _process!.Url;

    public async ValueTask InitializeAsync() => _process = await ServerProcess.StartAsync(_data.FullName, PortRange.Take(20));

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _data.Delete(recursive: true);
    }
}
