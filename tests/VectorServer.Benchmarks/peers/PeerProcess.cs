using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace VectorServer.Benchmarks.Peers;

/// <summary>A peer behind its runner; README.md beside this file tells the lines between them.</summary>
internal sealed class PeerProcess : IPeer
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Process _process;
    private readonly DirectoryInfo _files;

    private PeerProcess(Process process, DirectoryInfo files, string engine, IReadOnlyList<PeerSetting> settings) =>
        (_process, _files, Engine, Settings) = (process, files, engine, settings);

    public string Engine { get; }

    public IReadOnlyList<PeerSetting> Settings { get; }

    public int ProcessId => _process.Id;

    /// <param name="name">Of the engine.</param>
    /// <param name="start">Runs the runner; its last arguments are added here.</param>
    /// <param name="data">What it is to read.</param>
    /// <exception cref="PeerException">It does not start.</exception>
    public static async Task<PeerProcess> StartAsync(string name, ProcessStartInfo start, PeerData data)
    {
        var files = Directory.CreateTempSubdirectory("vectorserver-peer-");
        foreach (var argument in (string[])[data.Files, files.FullName, Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)])
            start.ArgumentList.Add(argument);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        try
        {
            var hello = Parse<Hello>(await process.StandardOutput.ReadLineAsync());
            return new PeerProcess(process, files, $"{name} {hello.Version}", hello.Settings);
        }
        catch (PeerException)
        {
            process.Kill();
            files.Delete(recursive: true);
            throw;
        }
    }

    public Task<PeerBuild> BuildAsync(PeerSetting setting) => AskAsync<PeerBuild>($"build {setting.Name}");

    public async Task<int[][]> AnswerAsync(PeerSetting setting, int effort) => (await AskAsync<Answers>($"answer {setting.Name} {effort}")).Rows;

    public async Task<double> TimeAsync(PeerSetting setting, int effort, int threads, double seconds)
    {
        var timed = await AskAsync<Timed>(string.Create(CultureInfo.InvariantCulture, $"time {setting.Name} {effort} {threads} {seconds}"));
        return timed.Queries / timed.Seconds;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _files.Delete(recursive: true);
    }

    private async Task<T> AskAsync<T>(string command)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(command);
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            throw new PeerException("its process ended");
        }

        // An engine may write lines of its own.
        string? line;
        do
            line = await _process.StandardOutput.ReadLineAsync();
        while (line is not (null or ['{', ..]));
        return Parse<T>(line);
    }

    private static T Parse<T>(string? line)
    {
        if (line is null)
            throw new PeerException("its process ended");
        var failure = JsonSerializer.Deserialize<Failure>(line, Json)!;
        return failure.Error is null ? JsonSerializer.Deserialize<T>(line, Json)! : throw new PeerException(failure.Error);
    }

    private sealed record Hello(string Version, PeerSetting[] Settings);

    private sealed record Answers(int[][] Rows);

    private sealed record Timed(long Queries, double Seconds);

    private sealed record Failure(string? Error);
}
