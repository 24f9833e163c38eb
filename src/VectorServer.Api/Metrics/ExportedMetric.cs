using VectorServer.Storage;

namespace VectorServer.Api.Metrics;

internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>An instrument that <c>/metrics</c> shows, and how.</summary>
/// <param name="Meter">The instrument's meter.</param>
/// <param name="Instrument">Its name.</param>
/// <param name="Name">In Prometheus, as OpenTelemetry translates it.</param>
/// <param name="Kind">What it is there.</param>
/// <param name="Help">One line.</param>
/// <param name="Tags">Those that become labels; measurements that differ in others are added up.</param>
internal sealed record ExportedMetric(string Meter, string Instrument, string Name, MetricKind Kind, string Help, params string[] Tags)
{
    /// <summary>Of a call's status where the HTTP status is always 200; set by <see cref="Grpc.GrpcAnswer"/>.</summary>
    public const string GrpcStatusTag = "rpc.grpc.status_code";

    private const string Hosting = "Microsoft.AspNetCore.Hosting";
    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel";

    /// <summary>Upper bounds in seconds, of requests as of syncs: from what a query in memory takes to what a build takes.</summary>
    public static readonly double[] SecondsBounds =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];

    public static readonly IReadOnlyList<ExportedMetric> All =
    [
        new(Hosting, "http.server.request.duration", "http_server_request_duration_seconds", MetricKind.Histogram, "Requests by route and status, with their durations.",
            "http.request.method", "http.route", "http.response.status_code", GrpcStatusTag),
        new(Hosting, "http.server.active_requests", "http_server_active_requests", MetricKind.Gauge, "Requests being answered."),
        new(Kestrel, "kestrel.active_connections", "kestrel_active_connections", MetricKind.Gauge, "Connections that are open."),
        new(StorageMeter.Name, "vectorserver.log.written", "vectorserver_log_written_bytes_total", MetricKind.Counter,
            "Bytes written to the logs of namespaces."),
        new(StorageMeter.Name, "vectorserver.log.sync.duration", "vectorserver_log_sync_duration_seconds", MetricKind.Histogram,
            "Syncs of a log (fsync) before its writes are acknowledged."),
        new(StorageMeter.Name, "vectorserver.replay.operations", "vectorserver_replay_operations_total", MetricKind.Counter,
            "Operations replayed from logs when namespaces were opened."),
        new(StorageMeter.Name, "vectorserver.answers.certified", "vectorserver_answers_certified_total", MetricKind.Counter,
            "Searches of which it is known that no nearer record was left out."),
        new(StorageMeter.Name, "vectorserver.answers.uncertified", "vectorserver_answers_uncertified_total", MetricKind.Counter,
            "Searches by approximate indexes, or cut short by their callers."),
        new(StorageMeter.Name, "vectorserver.namespace.open.duration", "vectorserver_namespace_open_duration_seconds", MetricKind.Histogram,
            "Openings of namespaces, with the replay of their logs."),
        new(StorageMeter.Name, "vectorserver.checkpoint.duration", "vectorserver_checkpoint_duration_seconds", MetricKind.Histogram,
            "Checkpoints: foldings of a log into the data files."),
        new(StorageMeter.Name, "vectorserver.compaction.duration", "vectorserver_compaction_duration_seconds", MetricKind.Histogram,
            "Compactions of namespaces."),
        new(StorageMeter.Name, "vectorserver.index.build.duration", "vectorserver_index_build_duration_seconds", MetricKind.Histogram,
            "First buildings of approximate indexes."),
    ];
}
