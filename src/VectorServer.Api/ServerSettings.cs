using VectorServer.Storage.Codecs;

namespace VectorServer.Api;

/// <summary>One setting's names: <c>VectorServer:Key</c> in appsettings.json, a short environment variable, a switch.</summary>
internal sealed record ServerSetting(string Key, string Environment, string Switch, string Default, string Description)
{
    public string ConfigurationKey => $"{ServerSettings.Section}:{Key}";

    public override string ToString() => $"{ConfigurationKey} ({Environment}, {Switch})";
}

/// <summary>The table of all settings, and the sources they are read from.</summary>
internal static class ServerSettings
{
    public const string Section = "VectorServer";

    public static readonly ServerSetting Port = new("Port", "PORT", "--port", "5080", "Port of the control plane");
    public static readonly ServerSetting BindAddress = new("BindAddress", "VECTORSERVER_BIND", "--bind", "localhost", "Address to listen on: localhost, an IP address, or * for all");
    public static readonly ServerSetting DataDirectory = new("DataDirectory", "VECTORSERVER_DATA", "--data", "./data", "Data directory, relative to the working directory");
    public static readonly ServerSetting ApiKeys = new("ApiKeys", "VECTORSERVER_API_KEYS", "--api-keys", "", "Accepted API keys, separated by commas; none leaves the server open");
    public static readonly ServerSetting KeysFile = new("KeysFile", "VECTORSERVER_KEYS_FILE", "--keys-file", "", "File of named keys with roles; the command keys add makes and fills it");
    public static readonly ServerSetting AllowOpen = new("AllowOpen", "VECTORSERVER_ALLOW_OPEN", "--allow-open", "false", "Listen beyond this machine without API keys");
    public static readonly ServerSetting Addressing = new("Addressing", "VECTORSERVER_ADDRESSING", "--addressing", "port", "How an index is addressed: port (one each), subdomain, or path (REST clients only)");
    public static readonly ServerSetting IndexPorts = new("IndexPorts", "VECTORSERVER_INDEX_PORTS", "--index-ports", "5081-5180", "Ports given to indexes, in port mode");
    public static readonly ServerSetting Domain = new("Domain", "VECTORSERVER_DOMAIN", "--domain", "localhost", "Domain under which indexes are host names, in subdomain mode; may name the public port");
    public static readonly ServerSetting PublicHost = new("PublicHost", "PINECONE_HOST", "--public-host", "", "Host name that clients reach the server by; empty takes the request's");
    public static readonly ServerSetting PublicUrl = new("PublicUrl", "VECTORSERVER_PUBLIC_URL", "--public-url", "", "URL that clients reach the main port by, such as https://vectors.example.com:8443; empty takes the request's");
    public static readonly ServerSetting TrustedProxies = new("TrustedProxies", "VECTORSERVER_TRUSTED_PROXIES", "--trusted-proxies", "", "Networks whose X-Forwarded-For, -Proto and -Host are believed, such as 10.0.0.0/8, separated by commas");
    public static readonly ServerSetting BareHost = new("BareHost", "VECTORSERVER_BARE_HOST", "--bare-host", "false", "Show the host of an index without http:// or https://");
    public static readonly ServerSetting Tls = new("Tls", "VECTORSERVER_TLS", "--tls", "", "https on every port: off, on (beside http) or only; empty is on with a certificate, else off");
    public static readonly ServerSetting TlsCertificate = new("TlsCertificate", "VECTORSERVER_TLS_CERTIFICATE", "--tls-certificate", "", "Certificate file, PEM or PFX; empty makes a development certificate");
    public static readonly ServerSetting TlsKey = new("TlsKey", "VECTORSERVER_TLS_KEY", "--tls-key", "", "Private key file, PEM; empty where the certificate's file holds it");
    public static readonly ServerSetting TlsPassword = new("TlsPassword", "VECTORSERVER_TLS_PASSWORD", "--tls-password", "", "Password of the PFX file or of an encrypted key");
    public static readonly ServerSetting Compression = new("Compression", "VECTORSERVER_COMPRESSION", "--compression", "auto", $"Codes of indexes that do not choose their own: {CompressionNames.All}");
    public static readonly ServerSetting Durability = new("Durability", "VECTORSERVER_DURABILITY", "--durability", "fsync", "When a write is acknowledged: fsync (on the disk) or os (given to the operating system)");
    public static readonly ServerSetting RecallSample = new("RecallSample", "VECTORSERVER_RECALL_SAMPLE", "--recall-sample", "0.01", "Share of approximate queries, 0 to 1, whose recall is measured in the background; 0 for none");
    public static readonly ServerSetting CompactShare = new("CompactShare", "VECTORSERVER_COMPACT_SHARE", "--compact-share", "0.3", "Share of deleted or replaced rows, 0 to 1, at which a namespace is compacted in the background; 0 for never");
    public static readonly ServerSetting BuildThreads = new("BuildThreads", "VECTORSERVER_BUILD_THREADS", "--build-threads", "0", "Threads that build approximate indexes; 0 for all cores but one, which is left to queries");
    public static readonly ServerSetting IdleClose = new("IdleClose", "VECTORSERVER_IDLE_CLOSE", "--idle-close", "900s", "How long nobody uses a namespace before its memory is given back until its next use; 0 for never");
    public static readonly ServerSetting Reserve = new("Reserve", "VECTORSERVER_RESERVE", "--reserve", "16m", "Space kept on the data's disk for deletions, checkpoints and compaction when it is full: a size such as 64m, or 0");
    public static readonly ServerSetting VerifyAtStart = new("VerifyAtStart", "VECTORSERVER_VERIFY_AT_START", "--verify-at-start", "false", "Compare all files with their checksums in the background of the start");
    public static readonly ServerSetting EnforceSizeLimits = new("EnforceSizeLimits", "VECTORSERVER_ENFORCE_SIZE_LIMITS", "--enforce-size-limits", "true", "Refuse data-plane requests over 2 MB and upserts of over 1,000 vectors");
    public static readonly ServerSetting ConsistencyDelay = new("ConsistencyDelay", "VECTORSERVER_CONSISTENCY_DELAY", "--consistency-delay", "0", "How long acknowledged writes stay invisible to reads, such as 500ms or 2s; 0 for not at all");
    public static readonly ServerSetting Faults = new("Faults", "VECTORSERVER_FAULTS", "--faults", "", "Share of requests that fail on purpose, such as 503:0.05 or POST /query=503:0.2,429:0.1;/vectors/*=lost:0.1");
    public static readonly ServerSetting FaultSeed = new("FaultSeed", "VECTORSERVER_FAULT_SEED", "--fault-seed", "1", "Which requests fail: the same ones in every run with the same seed");
    public static readonly ServerSetting FaultRetryAfter = new("FaultRetryAfter", "VECTORSERVER_FAULT_RETRY_AFTER", "--fault-retry-after", "1", "Seconds that Retry-After of injected 429 and 503 says");
    public static readonly ServerSetting ImportRoots = new("ImportRoots", "VECTORSERVER_IMPORT_ROOTS", "--import-roots", "", "Directories that bulk imports may read, separated by commas; none turns imports off");
    public static readonly ServerSetting ExportRoots = new("ExportRoots", "VECTORSERVER_EXPORT_ROOTS", "--export-roots", "", "Directories that exports may write to, separated by commas; none turns exports off");
    public static readonly ServerSetting AuditLog = new("AuditLog", "VECTORSERVER_AUDIT_LOG", "--audit-log", "", "File to which control-plane calls and refusals are written, as JSON lines; empty writes them to the log");
    public static readonly ServerSetting MetricsOpen = new("MetricsOpen", "VECTORSERVER_METRICS_OPEN", "--metrics-open", "false", "Show /metrics without a key");
    public static readonly ServerSetting WrongKeys = new("WrongKeys", "VECTORSERVER_WRONG_KEYS", "--wrong-keys", "20", "Wrong keys within a minute for which an address is shut out for one; 0 for never");
    public static readonly ServerSetting RateLimit = new("RateLimit", "VECTORSERVER_RATE_LIMIT", "--rate-limit", "0", "Requests a second of each key; 0 for as many as come");
    public static readonly ServerSetting MaxRequests = new("MaxRequests", "VECTORSERVER_MAX_REQUESTS", "--max-requests", "1000", "Requests answered at once; as many again wait, those beyond are refused");
    public static readonly ServerSetting MaxConnections = new("MaxConnections", "VECTORSERVER_MAX_CONNECTIONS", "--max-connections", "10000", "Connections open at once; those beyond are closed");
    public static readonly ServerSetting MemoryLimit = new("MemoryLimit", "VECTORSERVER_MEMORY_LIMIT", "--memory-limit", "90%", "Memory above which writes are refused: a share of the machine's or container's, such as 90%, a size such as 8g, or off");
    public static readonly ServerSetting IndexType = new("IndexType", "INDEX_TYPE", "--index-type", "", "serverless or pod: one index exists from the start and is served on the main port");
    public static readonly ServerSetting IndexVectorType = new("VectorType", "VECTOR_TYPE", "--vector-type", "dense", "Vector type of that index: dense or sparse");
    public static readonly ServerSetting IndexDimension = new("Dimension", "DIMENSION", "--dimension", "1536", "Dimension of that index, when dense");
    public static readonly ServerSetting IndexMetric = new("Metric", "METRIC", "--metric", "", "Metric of that index; empty is cosine for dense, dotproduct for sparse");

    public static readonly IReadOnlyList<ServerSetting> All =
    [
        Port, BindAddress, DataDirectory, ApiKeys, KeysFile, AllowOpen, Addressing, IndexPorts, Domain, PublicHost,
        PublicUrl, TrustedProxies, BareHost,
        Tls, TlsCertificate, TlsKey, TlsPassword, Compression, Durability, RecallSample, CompactShare, BuildThreads, IdleClose, Reserve, VerifyAtStart,
        EnforceSizeLimits, ConsistencyDelay, Faults, FaultSeed, FaultRetryAfter, ImportRoots, ExportRoots,
        AuditLog, MetricsOpen, WrongKeys, RateLimit, MaxRequests, MaxConnections, MemoryLimit, IndexType, IndexVectorType, IndexDimension, IndexMetric,
    ];

    private static readonly ServerSetting[] Flags = [AllowOpen, BareHost, VerifyAtStart, EnforceSizeLimits, MetricsOpen];

    // The host's own, passed on by test servers and service managers.
    private static readonly string[] HostSwitches = ["--environment", "--contentRoot", "--applicationName"];

    /// <summary>Gives every argument the form <c>--key=value</c>: a flag may stand alone, an empty value says nothing and is left out.</summary>
    /// <exception cref="SettingsException">A value is missing.</exception>
    public static string[] Expand(string[] args)
    {
        var expanded = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            var hasValue = i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal);
            if (args[i].Contains('=') || !args[i].StartsWith("--", StringComparison.Ordinal))
                expanded.Add(args[i]);
            else if (hasValue)
                expanded.Add($"{args[i]}={args[++i]}");
            else if (Flags.Any(flag => flag.Switch == args[i]))
                expanded.Add($"{args[i]}=true");
            else
                throw new SettingsException($"{args[i]} needs a value");
        }

        // A test server passes every section by its bare name, with nothing in it.
        return [.. expanded.Where(arg => !arg.EndsWith('='))];
    }

    /// <summary>Adds the short environment names and the switches, which win over appsettings.json and <c>VectorServer__Key</c>.</summary>
    /// <param name="configuration">Where they are added, last.</param>
    /// <param name="environment">The variables of the process.</param>
    /// <param name="args">From <see cref="Expand"/>.</param>
    /// <exception cref="SettingsException">An argument that no setting has.</exception>
    public static void AddSources(IConfigurationBuilder configuration, IReadOnlyDictionary<string, string?> environment, string[] args)
    {
        configuration.AddInMemoryCollection(All
            .Where(setting => !string.IsNullOrEmpty(environment.GetValueOrDefault(setting.Environment)))
            .Select(setting => KeyValuePair.Create(setting.ConfigurationKey, environment[setting.Environment])));

        CheckKnown(args);
        configuration.AddCommandLine(args, All.ToDictionary(setting => setting.Switch, setting => setting.ConfigurationKey));
    }

    /// <summary>The settings of a command that starts no server, from the same sources.</summary>
    /// <exception cref="SettingsException">An argument that no setting has.</exception>
    public static IConfiguration ReadOnce(IReadOnlyDictionary<string, string?> environment, string[] args)
    {
        var configuration = new ConfigurationBuilder().SetBasePath(AppContext.BaseDirectory).AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables();
        AddSources(configuration, environment, args);
        return configuration.Build();
    }

    /// <summary>Every setting with its names, for <c>--help</c>.</summary>
    public static string Help() => string.Join(
        System.Environment.NewLine,
        All.Select(setting => $"  {setting.Switch,-22} {setting.Environment,-33} {setting.Description}{DefaultText(setting)}")
            .Prepend("Settings: switch, environment variable, meaning. In appsettings.json they are VectorServer:Key."));

    private static string DefaultText(ServerSetting setting) => setting.Default.Length == 0 ? "" : $" [{setting.Default}]";

    private static void CheckKnown(string[] args)
    {
        foreach (var arg in args)
        {
            var name = arg.Split('=')[0];
            var isKnown = name.Contains(':')
                || All.Any(setting => setting.Switch == name)
                || HostSwitches.Contains(name, StringComparer.OrdinalIgnoreCase);
            if (!isKnown)
                throw new SettingsException($"Unknown argument {name}; --help lists all settings");
        }
    }
}

/// <summary>The settings do not allow the server to start; the message says which and why.</summary>
internal sealed class SettingsException(string message) : Exception(message);
