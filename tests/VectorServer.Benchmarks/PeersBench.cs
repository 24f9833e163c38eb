using System.Diagnostics;
using VectorServer.Benchmarks.Peers;

namespace VectorServer.Benchmarks;

/// <summary>What do other engines do with the same vectors on the same machine? What cannot be fetched is left out.</summary>
internal static class PeersBench
{
    /// <param name="directory">As for <see cref="RecallBench"/>.</param>
    /// <param name="rowsMax">Takes only the first rows; null for all.</param>
    /// <param name="write">Keeps the results in PEERS.md.</param>
    /// <param name="httpOnly">Leaves out the engines in process.</param>
    public static async Task<int> RunAsync(string directory, int? rowsMax, bool write, bool httpOnly)
    {
        var watch = Stopwatch.StartNew();
        await PeerTools.FetchAsync();
        using var data = new PeerData(directory, rowsMax);
        var report = new PeerReport();
        report.Line($"""
            # Beside other engines

                dotnet run -c Release --project tests/VectorServer.Benchmarks -- peers DIRECTORY [ROWS] [--http] [--write]

            {data.RowCount:N0} x {data.Dimension}, {data.QueryCount:N0} queries, topK {PeerData.TopK}, cosine. {Machine.Describe()}.

            All engines get the same unit vectors and one query a call unless the table says otherwise, each in the least effort that reaches the
            recall; medians of rounds in which they are timed in turn. One thread is one query at a time with the engine's process held to one core;
            this engine is asked through its public surface, hnswlib and FAISS give row numbers, the others ids and scores. FAISS is Debian's build
            for any processor of its kind; hnswlib is built for this one. MB on disk hold the vectors too, except those of SQ8 alone. "Durable"
            means that a batch was synced when it was acknowledged.
            """);
        if (!httpOnly)
            await InProcessPeers.RunAsync(data, report);
        await HttpPeers.RunAsync(data, report);
        PeerReport.Say($"took {watch.Elapsed.TotalMinutes:F1} minutes");
        if (write)
            report.Write(Path.Combine(PeerTools.Sources, "PEERS.md"));
        return 0;
    }
}
