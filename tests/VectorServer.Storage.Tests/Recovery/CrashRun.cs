using System.Diagnostics;
using System.Globalization;
using VectorServer.Storage.CrashWriter;

namespace VectorServer.Storage.Tests.Recovery;

/// <summary>A run of the writer in a process of its own, to its end or its death.</summary>
/// <param name="ExitCode">0 after a clean end.</param>
/// <param name="Acknowledged">Steps acknowledged, counted from the script's beginning.</param>
/// <param name="BurstWrites">Of the step after those: the writes acknowledged by themselves.</param>
/// <param name="Errors">What the process said of its failure.</param>
internal sealed record CrashRun(int ExitCode, int Acknowledged, IReadOnlySet<int> BurstWrites, string Errors)
{
    private const int KilledExitCode = 128 + 9;

    public void AssertKilled() => Assert.True(
        OperatingSystem.IsWindows() ? ExitCode != 0 : ExitCode == KilledExitCode,
        $"the kill must land while the writer is at work; it ended with {ExitCode} after {Acknowledged} steps: {Errors}");

    /// <param name="directory">The data directory.</param>
    /// <param name="seed">Of the script.</param>
    /// <param name="first">The first step to make.</param>
    /// <param name="end">The step to stop before.</param>
    /// <param name="focus">See <see cref="Script.Step"/>.</param>
    /// <param name="killAt">The point where the writer kills itself; null for none.</param>
    /// <param name="killAfterMs">When to kill it, from its first acknowledgement on; null for never.</param>
    public static async Task<CrashRun> StartAsync(
        string directory, int seed, int first, int end, StepKind focus, string? killAt = null, int? killAfterMs = null)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Script).Assembly.Location, directory, Text(seed), Text(first), Text(end), focus.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (killAt is not null)
            start.Environment["VECTORSERVER_KILL_AT"] = killAt;
        using var writer = Process.Start(start)!;
        var errors = writer.StandardError.ReadToEndAsync();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var killer = killAfterMs is { } milliseconds ? KillAsync(milliseconds) : Task.CompletedTask;
        var acknowledged = first;
        var burst = new HashSet<int>();
        while (await writer.StandardOutput.ReadLineAsync() is { } line)
        {
            started.TrySetResult();
            if (line.Split('.') is [_, var write])
            {
                burst.Add(int.Parse(write, CultureInfo.InvariantCulture));
                continue;
            }

            acknowledged = int.Parse(line, CultureInfo.InvariantCulture) + 1;
            burst.Clear();
        }

        started.TrySetResult();
        await writer.WaitForExitAsync();
        await killer;
        return new CrashRun(writer.ExitCode, acknowledged, burst, await errors);

        async Task KillAsync(int milliseconds)
        {
            await started.Task;
            await Task.Delay(milliseconds);
            writer.Kill();
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
