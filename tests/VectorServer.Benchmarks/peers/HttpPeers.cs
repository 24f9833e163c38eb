using System.Diagnostics;

namespace VectorServer.Benchmarks.Peers;

/// <summary>This server beside Chroma's over HTTP: the same client, the same vectors, as many connections, in turn.</summary>
internal static class HttpPeers
{
    private const int Rounds = 3;
    private const int BatchRows = 100;
    private const int BatchesPerRound = 40;

    private sealed record Place(IHttpPeer Peer, PeerSetting Setting, string Name)
    {
        public List<PeerPoint> Points { get; set; } = [];
    }

    public static async Task RunAsync(PeerData data, PeerReport report)
    {
        await using var own = new OwnHttp(await ServerProcess.StartAsync(), data.Dimension);
        await using var chroma = await ChromaHttp.StartAsync();
        IHttpPeer[] peers = chroma is null ? [own] : [own, chroma];
        report.Line($"\n## Over HTTP, {HttpBench.Clients} connections, client and server on the same cores\n");
        await TimeUpsertsAsync(peers, data, report);

        var places = peers.SelectMany(peer => peer.Settings, (peer, setting) => new Place(peer, setting, $"{setting.Name}-queried")).ToArray();
        report.Line($"\n| server | index | {data.RowCount:N0} vectors upserted and indexed in s |\n|---|---|---:|");
        foreach (var place in places)
        {
            var seconds = await FillAsync(place, data);
            report.Line($"| {place.Peer.Engine} | {place.Setting.Settings} | {seconds:F1} |");
            place.Points = await PeerLadder.ClimbAsync(place.Setting, effort => RecallAsync(place, effort, data));
        }

        if (chroma is null)
            report.Line($"| Chroma | not available | |");
        foreach (var level in PeerLadder.Levels)
            await TimeQueriesAsync(places, level, data);
        foreach (var level in PeerLadder.Levels)
        {
            report.Level(
                level,
                ["queries/s"],
                places.Select(place => (place.Peer.Engine, (IReadOnlyList<PeerPoint>)place.Points)),
                point => [PeerReport.Median(point.TwoThreads)]);
        }
    }

    private static async Task TimeUpsertsAsync(IHttpPeer[] peers, PeerData data, PeerReport report)
    {
        var batches = Math.Min(BatchesPerRound, data.RowCount / BatchRows);
        var rates = peers.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            PeerReport.Say($"upserts, round {round + 1} of {Rounds}");
            for (var i = 0; i < peers.Length; i++)
            {
                var (peer, name) = (peers[i], $"upserted-{round}");
                await peer.CreateAsync(peer.Settings[0], name);
                var bodies = Enumerable.Range(0, batches).Select(batch => peer.UpsertBody(data, batch * BatchRows, BatchRows)).ToArray();
                var (seconds, _) = await HttpBench.TimeAsync(bodies, body => peer.UpsertAsync(name, body));
                rates[i].Add(batches * BatchRows / seconds);
            }
        }

        report.Line($"| server | durable upserts of {BatchRows}, vectors/s |\n|---|---:|");
        for (var i = 0; i < peers.Length; i++)
            report.Line($"| {peers[i].Engine} | {PeerReport.Median(rates[i]):N0} |");
    }

    private static async Task<double> FillAsync(Place place, PeerData data)
    {
        PeerReport.Say($"filling {place.Peer.Engine}, {place.Setting.Settings}");
        await place.Peer.CreateAsync(place.Setting, place.Name);
        var seconds = 0.0;
        foreach (var firsts in Enumerable.Range(0, data.RowCount / BatchRows).Select(batch => batch * BatchRows).Chunk(100))
        {
            var bodies = firsts.Select(first => place.Peer.UpsertBody(data, first, BatchRows)).ToArray();
            seconds += (await HttpBench.TimeAsync(bodies, body => place.Peer.UpsertAsync(place.Name, body))).Seconds;
        }

        var start = Stopwatch.GetTimestamp();
        await place.Peer.WaitUntilIndexedAsync(place.Setting, place.Name, data.RowCount);
        return seconds + Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<double> RecallAsync(Place place, int effort, PeerData data)
    {
        var bodies = await place.Peer.PrepareAsync(data, place.Name, place.Setting, effort);
        var answers = new int[bodies.Length][];
        for (var i = 0; i < bodies.Length; i++)
            answers[i] = place.Peer.RowsOf(await place.Peer.QueryAsync(place.Name, bodies[i]));
        return data.RecallOf(answers);
    }

    private static async Task TimeQueriesAsync(Place[] places, double level, PeerData data)
    {
        var asked = new List<(Place Place, PeerPoint Point, byte[][] Bodies)>();
        foreach (var place in places)
        {
            if (PeerLadder.At(place.Points, level) is { TwoThreads.Count: 0 } point)
                asked.Add((place, point, await place.Peer.PrepareAsync(data, place.Name, place.Setting, point.Effort)));
        }

        for (var round = -1; round < Rounds; round++)
        {
            foreach (var (place, point, bodies) in asked)
            {
                var (seconds, _) = await HttpBench.TimeAsync(bodies, body => place.Peer.QueryAsync(place.Name, body));
                if (round >= 0) // the first warms up
                    point.TwoThreads.Add(bodies.Length / seconds);
            }
        }
    }
}
