using System.Diagnostics;
using System.Globalization;
using VectorServer.Storage.CrashWriter;
using VectorServer.Storage.Registry;

namespace VectorServer.Storage.Tests.Recovery;

/// <summary>Kills a writing process at random times and looks at what a fresh one finds.</summary>
public sealed class KillTests
{
    private const int Rounds = 12;

    [Fact]
    public async Task Every_acknowledged_write_survives_kill_at_a_random_moment()
    {
        using var directory = new TempDirectory();
        var random = new Random(20261121);
        var script = new Script(seed: 7);
        var done = 0;

        for (var round = 0; round < Rounds; round++)
        {
            var run = await RunWriterAsync(directory.Path, 7, done, int.MaxValue, killAfterMs: random.Next(1, 700));

            Assert.True(run.Killed, "the kill must land while the writer is at work");
            done = await CheckAsync(directory.Path, script, Math.Max(done, run.Acknowledged));
        }

        Assert.True(done > Rounds, $"the writer must get somewhere between kills, it made {done} steps");
    }

    [Fact]
    public async Task Without_a_kill_the_writer_finishes_and_the_kill_is_reported_as_not_landed()
    {
        using var directory = new TempDirectory();

        var run = await RunWriterAsync(directory.Path, 3, 0, 30, killAfterMs: Timeout.Infinite);

        Assert.False(run.Killed);
        Assert.Equal(30, run.Acknowledged);
        Assert.Equal(30, await CheckAsync(directory.Path, new Script(3), 30));
    }

    /// <returns>How many steps the directory holds: those acknowledged, and perhaps the one that was under way.</returns>
    private static async Task<int> CheckAsync(string directory, Script script, int acknowledged)
    {
        await using var engine = VectorEngine.Open(new EngineOptions { DataDirectory = directory });
        if (!engine.TryGetIndex("crash", out var index))
        {
            Assert.Equal(0, acknowledged);
            return 0;
        }

        if (Difference(index, script, acknowledged) is not { } difference)
            return acknowledged;
        Assert.True(Difference(index, script, acknowledged + 1) is null, $"after {acknowledged} acknowledged steps: {difference}");
        return acknowledged + 1;
    }

    /// <summary>What distinguishes the index from the script's state after <paramref name="steps"/>; null if nothing does.</summary>
    private static string? Difference(VectorIndex index, Script script, int steps)
    {
        var expected = script.StateAfter(steps);
        var ids = index.ListIds("", null, int.MaxValue - 1, null).Ids;
        if (!expected.Keys.Order(StringComparer.Ordinal).SequenceEqual(ids))
            return $"{ids.Count} ids listed, {expected.Count} expected";
        if (index.Stats().TotalRecordCount != expected.Count)
            return $"the count is {index.Stats().TotalRecordCount}, {expected.Count} expected";
        foreach (var record in index.Fetch("", ids).Records)
        {
            var written = expected[record.Id];
            if (!System.Runtime.InteropServices.MemoryMarshal.AsBytes(record.Values.Span)
                .SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes(written.Values.Span)))
                return $"the values of {record.Id} differ";
            if (!record.Metadata!.Json.Span.SequenceEqual(written.Metadata!.Json.Span))
                return $"the metadata of {record.Id} differs";
        }

        return null;
    }

    private static async Task<(bool Killed, int Acknowledged)> RunWriterAsync(string directory, int seed, int first, int end, int killAfterMs)
    {
        var arguments = new[] { typeof(Script).Assembly.Location, directory, Text(seed), Text(first), Text(end) };
        using var writer = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var acknowledged = first;
        var killer = KillAfterFirstLineAsync();
        while (await writer.StandardOutput.ReadLineAsync() is { } line)
        {
            started.TrySetResult();
            acknowledged = int.Parse(line, CultureInfo.InvariantCulture) + 1;
        }

        started.TrySetResult();
        await writer.WaitForExitAsync();
        await killer;
        return (writer.ExitCode != 0, acknowledged);

        async Task KillAfterFirstLineAsync()
        {
            if (killAfterMs == Timeout.Infinite)
                return;
            await started.Task;
            await Task.Delay(killAfterMs);
            writer.Kill();
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
