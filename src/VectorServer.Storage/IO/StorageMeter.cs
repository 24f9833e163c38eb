using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace VectorServer.Storage;

/// <summary>
/// What the engines of the process measure of their own work, for whoever listens to the meter of this name; without a listener a measurement
/// costs a few nanoseconds. A histogram's count says how often something was done.
/// </summary>
public static class StorageMeter
{
    public const string Name = "VectorServer.Storage";

    private static readonly Meter Meter = new(Name);

    internal static readonly Counter<long> LogWritten = Meter.CreateCounter<long>("vectorserver.log.written", "By", "Written to the logs of namespaces");

    internal static readonly Histogram<double> LogSync = Histogram("vectorserver.log.sync.duration", "Syncs of a log before its writes are acknowledged");

    internal static readonly Counter<long> Replayed = Meter.CreateCounter<long>("vectorserver.replay.operations", "{operation}", "Replayed from logs when namespaces were opened");

    internal static readonly Counter<long> Certified = Meter.CreateCounter<long>("vectorserver.answers.certified", "{answer}", "Searches of which no nearer record was left out");

    internal static readonly Counter<long> Uncertified = Meter.CreateCounter<long>(
        "vectorserver.answers.uncertified", "{answer}", "Searches by approximate indexes, or cut short by their callers");

    internal static readonly Histogram<double> NamespaceOpen = Histogram("vectorserver.namespace.open.duration", "Openings of namespaces, with the replay of their logs");

    internal static readonly Histogram<double> Checkpoint = Histogram("vectorserver.checkpoint.duration", "Foldings of a log into the data files");

    internal static readonly Histogram<double> Compaction = Histogram("vectorserver.compaction.duration", "Rewritings of a namespace without its deleted rows");

    internal static readonly Histogram<double> IndexBuild = Histogram("vectorserver.index.build.duration", "First buildings of an approximate index");

    /// <summary>Records the seconds since a timestamp of <see cref="Stopwatch"/>.</summary>
    internal static void RecordSince(this Histogram<double> histogram, long started) => histogram.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);

    private static Histogram<double> Histogram(string name, string description) => Meter.CreateHistogram<double>(name, "s", description);
}
