using System.ComponentModel;

namespace VectorServer.Benchmarks.Peers;

/// <summary>The engines in process: each builds, climbs its ladder, and is then timed in turn with the others.</summary>
internal static class InProcessPeers
{
    private const int Rounds = 3;
    private const double RoundSeconds = 0.5;

    public static async Task RunAsync(PeerData data, PeerReport report)
    {
        List<IPeer> peers = [new OwnPeer(data)];
        try
        {
            var missing = await StartAsync(peers, data);
            report.Line($"\n## In process\n");
            report.Line($"| engine | index | rows taken/s | durable | then built in s | threads | MB on disk |");
            report.Line($"|---|---|---:|---|---:|---:|---:|");
            var points = new List<(IPeer Peer, List<PeerPoint> Points)>();
            foreach (var peer in peers)
            {
                foreach (var setting in peer.Settings)
                    await MakeAsync(peer, setting, data, report, points);
            }

            foreach (var name in missing)
                report.Line($"| {name} | not available | | | | | |");
            await TimeAsync(points);
            foreach (var level in PeerLadder.Levels)
            {
                report.Level(
                    level,
                    ["queries/s, one thread", "two threads"],
                    points.Select(entry => (entry.Peer.Engine, (IReadOnlyList<PeerPoint>)entry.Points)),
                    point => [PeerReport.Median(point.OneThread), PeerReport.Median(point.TwoThreads)]);
            }
        }
        finally
        {
            foreach (var peer in peers)
                await peer.DisposeAsync();
        }
    }

    /// <returns>The peers that cannot be had here.</returns>
    private static async Task<List<string>> StartAsync(List<IPeer> peers, PeerData data)
    {
        var missing = new List<string>();
        foreach (var (name, start) in PeerTools.Runners())
        {
            try
            {
                if (start is not null)
                    peers.Add(await PeerProcess.StartAsync(name, start, data));
                else
                    missing.Add(name);
            }
            catch (Exception e) when (e is PeerException or Win32Exception)
            {
                PeerReport.Say($"{name}: {e.Message}");
                missing.Add(name);
            }
        }

        return missing;
    }

    private static async Task MakeAsync(
        IPeer peer, PeerSetting setting, PeerData data, PeerReport report, List<(IPeer Peer, List<PeerPoint> Points)> points)
    {
        try
        {
            var built = await peer.BuildAsync(setting);
            var ingest = built.IngestSeconds is { } seconds ? $"{data.RowCount / seconds:N0}" : "";
            var durable = built.IngestSeconds is null ? "" : built.Durable ? "yes" : "not checked";
            report.Line(
                $"| {peer.Engine} | {setting.Settings} | {ingest} | {durable} | {built.BuildSeconds:F1} | {built.Threads} | {built.Bytes / 1e6:F0} |");
            points.Add((peer, await PeerLadder.ClimbAsync(setting, async effort => data.RecallOf(await peer.AnswerAsync(setting, effort)))));
        }
        catch (PeerException e)
        {
            report.Line($"| {peer.Engine} | {setting.Settings} | failed: {e.Message} | | | | |");
        }
    }

    private static async Task TimeAsync(List<(IPeer Peer, List<PeerPoint> Points)> points)
    {
        for (var round = 0; round < Rounds; round++)
        {
            PeerReport.Say($"round {round + 1} of {Rounds}");
            foreach (var (peer, point) in points.SelectMany(entry => entry.Points, (entry, point) => (entry.Peer, point)))
            {
                await PeerTools.HoldAsync(peer.ProcessId, 1);
                point.OneThread.Add(await peer.TimeAsync(point.Setting, point.Effort, 1, RoundSeconds));
                await PeerTools.HoldAsync(peer.ProcessId, 2);
                point.TwoThreads.Add(await peer.TimeAsync(point.Setting, point.Effort, 2, RoundSeconds));
            }
        }

        await PeerTools.HoldAsync(Environment.ProcessId, Environment.ProcessorCount);
    }
}
