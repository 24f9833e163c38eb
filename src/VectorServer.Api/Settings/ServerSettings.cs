using VectorServer.Storage;

namespace VectorServer.Api.Settings;

/// <summary>The table of all settings; from it come the options of the command line, the names in the environment and the table of <c>docs/settings.md</c>.</summary>
internal static class ServerSettings
{
    public const string Section = "VectorServer";

    public static readonly ServerSetting Port = new("Port", "PORT", "--port", "5080", "Port of the control plane");
    public static readonly ServerSetting BindAddress = new(
        "BindAddress", "VECTORSERVER_BIND", "--bind", "localhost",
        "Address to listen on: localhost, an IP address, or * for all");
    public static readonly ServerSetting DataDirectory = new(
        "DataDirectory", "VECTORSERVER_DATA", "--data", "./data",
        "Data directory, relative to the working directory");
    public static readonly ServerSetting ApiKeys = new(
        "ApiKeys", "VECTORSERVER_API_KEYS", "--api-keys", "",
        "Accepted API keys, separated by commas; none leaves the server open");
    public static readonly ServerSetting KeysFile = new(
        "KeysFile", "VECTORSERVER_KEYS_FILE", "--keys-file", "",
        "File of named keys with roles; the command keys add makes and fills it");
    public static readonly ServerSetting AllowOpen = new(
        "AllowOpen", "VECTORSERVER_ALLOW_OPEN", "--allow-open", "false",
        "Listen beyond this machine without API keys");
    public static readonly ServerSetting Addressing = new(
        "Addressing", "VECTORSERVER_ADDRESSING", "--addressing", "port",
        "How an index is addressed: port (one each), subdomain, or path (REST clients only)");
    public static readonly ServerSetting IndexPorts = new(
        "IndexPorts", "VECTORSERVER_INDEX_PORTS", "--index-ports", "5081-5180",
        "Ports given to indexes, in port mode");
    public static readonly ServerSetting Domain = new(
        "Domain", "VECTORSERVER_DOMAIN", "--domain", "localhost",
        "Domain under which indexes are host names, in subdomain mode; may name the public port");
    public static readonly ServerSetting PublicHost = new(
        "PublicHost", "PINECONE_HOST", "--public-host", "",
        "Host name that clients reach the server by; empty takes the request's");
    public static readonly ServerSetting PublicUrl = new(
        "PublicUrl", "VECTORSERVER_PUBLIC_URL", "--public-url", "",
        "URL that clients reach the main port by, such as https://vectors.example.com:8443; empty takes the request's");
    public static readonly ServerSetting TrustedProxies = new(
        "TrustedProxies", "VECTORSERVER_TRUSTED_PROXIES", "--trusted-proxies", "",
        "Networks whose X-Forwarded-For, -Proto and -Host are believed, such as 10.0.0.0/8, separated by commas");
    public static readonly ServerSetting BareHost = new(
        "BareHost", "VECTORSERVER_BARE_HOST", "--bare-host", "false",
        "Show the host of an index without http:// or https://");
    public static readonly ServerSetting Tls = new(
        "Tls", "VECTORSERVER_TLS", "--tls", "",
        "https on every port: off, on (beside http) or only; empty is on with a certificate, else off");
    public static readonly ServerSetting TlsCertificate = new(
        "TlsCertificate", "VECTORSERVER_TLS_CERTIFICATE", "--tls-certificate", "",
        "Certificate file, PEM or PFX; empty makes a development certificate");
    public static readonly ServerSetting TlsKey = new(
        "TlsKey", "VECTORSERVER_TLS_KEY", "--tls-key", "",
        "Private key file, PEM; empty where the certificate's file holds it");
    public static readonly ServerSetting TlsPassword = new(
        "TlsPassword", "VECTORSERVER_TLS_PASSWORD", "--tls-password", "",
        "Password of the PFX file or of an encrypted key");
    public static readonly ServerSetting Compression = new(
        "Compression", "VECTORSERVER_COMPRESSION", "--compression", "auto",
        $"Codes of indexes that do not choose their own: {CompressionNames.All}");
    public static readonly ServerSetting Durability = new(
        "Durability", "VECTORSERVER_DURABILITY", "--durability", "fsync",
        "When a write is acknowledged: fsync (on the disk) or os (given to the operating system)");
    public static readonly ServerSetting RecallSample = new(
        "RecallSample", "VECTORSERVER_RECALL_SAMPLE", "--recall-sample", "0.01",
        "Share of approximate queries, 0 to 1, whose recall is measured in the background; 0 for none");
    public static readonly ServerSetting CompactShare = new(
        "CompactShare", "VECTORSERVER_COMPACT_SHARE", "--compact-share", "0.3",
        "Share of deleted or replaced rows, 0 to 1, at which a namespace is compacted in the background; 0 for never");
    public static readonly ServerSetting BuildThreads = new(
        "BuildThreads", "VECTORSERVER_BUILD_THREADS", "--build-threads", "0",
        "Threads that build approximate indexes; 0 for all cores but one, which is left to queries");
    public static readonly ServerSetting IdleClose = new(
        "IdleClose", "VECTORSERVER_IDLE_CLOSE", "--idle-close", "900s",
        "How long nobody uses a namespace before its memory is given back until its next use; 0 for never");
    public static readonly ServerSetting Reserve = new(
        "Reserve", "VECTORSERVER_RESERVE", "--reserve", "16m",
        "Space kept on the data's disk for deletions, checkpoints and compaction when it is full: a size such as 64m, or 0");
    public static readonly ServerSetting VerifyAtStart = new(
        "VerifyAtStart", "VECTORSERVER_VERIFY_AT_START", "--verify-at-start", "false",
        "Compare all files with their checksums in the background of the start");
    public static readonly ServerSetting EnforceSizeLimits = new(
        "EnforceSizeLimits", "VECTORSERVER_ENFORCE_SIZE_LIMITS", "--enforce-size-limits", "true",
        "Refuse data-plane requests over 2 MB and upserts of over 1,000 vectors");
    public static readonly ServerSetting ConsistencyDelay = new(
        "ConsistencyDelay", "VECTORSERVER_CONSISTENCY_DELAY", "--consistency-delay", "0",
        "How long acknowledged writes stay invisible to reads, such as 500ms or 2s; 0 for not at all");
    public static readonly ServerSetting Faults = new(
        "Faults", "VECTORSERVER_FAULTS", "--faults", "",
        "Share of requests that fail on purpose, such as 503:0.05 or POST /query=503:0.2,429:0.1;/vectors/*=lost:0.1");
    public static readonly ServerSetting FaultSeed = new(
        "FaultSeed", "VECTORSERVER_FAULT_SEED", "--fault-seed", "1",
        "Which requests fail: the same ones in every run with the same seed");
    public static readonly ServerSetting FaultRetryAfter = new(
        "FaultRetryAfter", "VECTORSERVER_FAULT_RETRY_AFTER", "--fault-retry-after", "1",
        "Seconds that Retry-After of injected 429 and 503 says");
    public static readonly ServerSetting ImportRoots = new(
        "ImportRoots", "VECTORSERVER_IMPORT_ROOTS", "--import-roots", "",
        "Directories that bulk imports may read, separated by commas; none turns imports off");
    public static readonly ServerSetting ExportRoots = new(
        "ExportRoots", "VECTORSERVER_EXPORT_ROOTS", "--export-roots", "",
        "Directories that exports may write to, separated by commas; none turns exports off");
    public static readonly ServerSetting AuditLog = new(
        "AuditLog", "VECTORSERVER_AUDIT_LOG", "--audit-log", "",
        "File to which control-plane calls and refusals are written, as JSON lines; empty writes them to the log");
    public static readonly ServerSetting MetricsOpen = new(
        "MetricsOpen", "VECTORSERVER_METRICS_OPEN", "--metrics-open", "false",
        "Show /metrics without a key");
    public static readonly ServerSetting WrongKeys = new(
        "WrongKeys", "VECTORSERVER_WRONG_KEYS", "--wrong-keys", "20",
        "Wrong keys within a minute for which an address is shut out for one; 0 for never");
    public static readonly ServerSetting RateLimit = new(
        "RateLimit", "VECTORSERVER_RATE_LIMIT", "--rate-limit", "0",
        "Requests a second of each key; 0 for as many as come");
    public static readonly ServerSetting MaxRequests = new(
        "MaxRequests", "VECTORSERVER_MAX_REQUESTS", "--max-requests", "1000",
        "Requests answered at once; as many again wait, those beyond are refused");
    public static readonly ServerSetting MaxConnections = new(
        "MaxConnections", "VECTORSERVER_MAX_CONNECTIONS", "--max-connections", "10000",
        "Connections open at once; those beyond are closed");
    public static readonly ServerSetting MemoryLimit = new(
        "MemoryLimit", "VECTORSERVER_MEMORY_LIMIT", "--memory-limit", "90%",
        "Memory above which writes are refused: a share of the machine's or container's, such as 90%, a size such as 8g, or off");
    public static readonly ServerSetting LogFormat = new(
        "LogFormat", "VECTORSERVER_LOG_FORMAT", "--log-format", "text",
        "Form of the log: text, or json with one object a line");
    public static readonly ServerSetting ConfigFile = new(
        "ConfigFile", "VECTORSERVER_CONFIG", "--config", "",
        "File of settings, of the form of appsettings.json; it wins over that of the working directory");
    public static readonly ServerSetting IndexType = new(
        "IndexType", "INDEX_TYPE", "--index-type", "",
        "serverless or pod: one index exists from the start and is served on the main port");
    public static readonly ServerSetting IndexVectorType = new(
        "VectorType", "VECTOR_TYPE", "--vector-type", "dense",
        "Vector type of that index: dense or sparse");
    public static readonly ServerSetting IndexDimension = new(
        "Dimension", "DIMENSION", "--dimension", "1536",
        "Dimension of that index, when dense");
    public static readonly ServerSetting IndexMetric = new(
        "Metric", "METRIC", "--metric", "",
        "Metric of that index; empty is cosine for dense, dotproduct for sparse");

    public static readonly IReadOnlyList<ServerSetting> All =
    [
        Port, BindAddress, DataDirectory, ApiKeys, KeysFile, AllowOpen, Addressing, IndexPorts, Domain, PublicHost, PublicUrl, TrustedProxies, BareHost,
        Tls, TlsCertificate, TlsKey, TlsPassword, Compression, Durability, RecallSample, CompactShare, BuildThreads, IdleClose, Reserve, VerifyAtStart,
        EnforceSizeLimits, ConsistencyDelay, Faults, FaultSeed, FaultRetryAfter, ImportRoots, ExportRoots,
        AuditLog, MetricsOpen, WrongKeys, RateLimit, MaxRequests, MaxConnections, MemoryLimit, LogFormat, ConfigFile, IndexType, IndexVectorType, IndexDimension, IndexMetric,
    ];

    /// <summary>Those that are true or false, and as an option may stand alone.</summary>
    public static readonly IReadOnlyList<ServerSetting> Flags = [AllowOpen, BareHost, VerifyAtStart, EnforceSizeLimits, MetricsOpen];
}
