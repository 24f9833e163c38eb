using System.Globalization;
using System.Net;
using VectorServer.Storage;

namespace VectorServer.Api.Settings;

/// <summary>How the data plane of an index is reached.</summary>
internal enum AddressingMode
{
    /// <summary>A port per index.</summary>
    Port,

    /// <summary>A host name per index on the main port.</summary>
    Subdomain,

    /// <summary>A path per index on the main port, which gRPC clients cannot use.</summary>
    Path,
}

/// <summary>The one index that the settings ask for, served on the main port.</summary>
internal sealed record StartIndexOptions(bool IsPod, VectorType VectorType, int Dimension, Metric Metric);

/// <summary>All settings, read and checked once at start. <see cref="ServerSettings"/> names and describes them.</summary>
internal sealed record ServerOptions
{
    public required int Port { get; init; }

    /// <summary><c>localhost</c>, an IP address, or <c>*</c>; never another name, for which Kestrel would listen everywhere.</summary>
    public required string BindAddress { get; init; }

    /// <summary>Absolute.</summary>
    public required string DataDirectory { get; init; }

    public required IReadOnlyList<string> ApiKeys { get; init; }

    /// <summary>Absolute; null for none.</summary>
    public required string? KeysFile { get; init; }

    /// <summary>Absolute; null writes to the server's log.</summary>
    public required string? AuditLog { get; init; }

    /// <summary><c>/metrics</c> needs no key.</summary>
    public required bool MetricsOpen { get; init; }

    public required LimitOptions Limits { get; init; }

    public required AddressingMode Addressing { get; init; }

    public required int IndexPortMin { get; init; }

    public required int IndexPortMax { get; init; }

    /// <summary>Without leading dot; may end in <c>:port</c>.</summary>
    public required string Domain { get; init; }

    /// <summary>Without scheme and port; null takes the request's.</summary>
    public required string? PublicHost { get; init; }

    /// <summary>Scheme, host and port by which clients reach the main port; null takes the request's.</summary>
    public required Uri? PublicUrl { get; init; }

    /// <summary>Whose forwarded headers are believed.</summary>
    public required IReadOnlyList<IPNetwork> TrustedProxies { get; init; }

    public required bool BareHost { get; init; }

    public required TlsOptions Tls { get; init; }

    public required Compression Compression { get; init; }

    public required Durability Durability { get; init; }

    /// <summary>Of the approximate queries, how many are measured; 0..1.</summary>
    public required double RecallSample { get; init; }

    /// <inheritdoc cref="EngineOptions.CompactDeadShare"/>
    public required double CompactShare { get; init; }

    /// <inheritdoc cref="EngineOptions.BuildThreads"/>
    public required int BuildThreads { get; init; }

    /// <inheritdoc cref="EngineOptions.IdleClose"/>
    public required TimeSpan IdleClose { get; init; }

    /// <inheritdoc cref="EngineOptions.ReserveBytes"/>
    public required long ReserveBytes { get; init; }

    /// <summary>Look for damage before anyone asks for what is damaged.</summary>
    public required bool VerifyAtStart { get; init; }

    /// <summary>Refuse data-plane bodies over the wire's 2 MB; false lifts it for local bulk loads.</summary>
    public required bool EnforceSizeLimits { get; init; }

    /// <summary>How long acknowledged writes stay invisible to reads.</summary>
    public required TimeSpan ConsistencyDelay { get; init; }

    /// <summary>Requests that fail on purpose; the first rule that matches a request decides.</summary>
    public required IReadOnlyList<FaultRule> Faults { get; init; }

    public required int FaultSeed { get; init; }

    public required int FaultRetryAfterSeconds { get; init; }

    /// <summary>Absolute; imports are off where there are none.</summary>
    public required IReadOnlyList<string> ImportRoots { get; init; }

    /// <summary>Absolute; exports are off where there are none.</summary>
    public required IReadOnlyList<string> ExportRoots { get; init; }

    /// <summary>The log is lines of JSON.</summary>
    public required bool LogsJson { get; init; }

    public required StartIndexOptions? StartIndex { get; init; }

    /// <summary>No keys are asked for. A keys file closes the server, even one without keys.</summary>
    public bool IsOpen => ApiKeys.Count == 0 && KeysFile is null;

    /// <exception cref="SettingsException">A value breaks its rule, or the server would be open to the network unasked.</exception>
    public static ServerOptions Read(IConfiguration configuration)
    {
        var read = new SettingReader(configuration);
        var (portMin, portMax) = ReadPortRange(read);
        var options = new ServerOptions
        {
            Port = read.Number(ServerSettings.Port, 0, 65535),
            BindAddress = ReadBindAddress(read),
            DataDirectory = Path.GetFullPath(read.Text(ServerSettings.DataDirectory)),
            ApiKeys = read.List(ServerSettings.ApiKeys),
            KeysFile = ReadPath(read, ServerSettings.KeysFile),
            AuditLog = ReadPath(read, ServerSettings.AuditLog),
            MetricsOpen = read.Flag(ServerSettings.MetricsOpen),
            Limits = LimitOptions.Read(read),
            Addressing = read.Choice(
                ServerSettings.Addressing,
                ("port", AddressingMode.Port), ("subdomain", AddressingMode.Subdomain), ("path", AddressingMode.Path)),
            IndexPortMin = portMin,
            IndexPortMax = portMax,
            Domain = PublicAddress.ReadDomain(read),
            PublicHost = PublicAddress.ReadHost(read),
            PublicUrl = PublicAddress.ReadUrl(read),
            TrustedProxies = PublicAddress.ReadProxies(read),
            BareHost = read.Flag(ServerSettings.BareHost),
            Tls = TlsOptions.Read(read),
            Compression = ReadCompression(read),
            Durability = read.Choice(ServerSettings.Durability, ("fsync", Durability.Fsync), ("os", Durability.Os)),
            RecallSample = read.Share(ServerSettings.RecallSample),
            CompactShare = read.Share(ServerSettings.CompactShare),
            BuildThreads = read.Number(ServerSettings.BuildThreads, 0, 1024) is > 0 and var threads ? threads : EngineOptions.BuildThreadsByDefault,
            IdleClose = read.Duration(ServerSettings.IdleClose, max: TimeSpan.FromDays(20)),
            ReserveBytes = read.Size(ServerSettings.Reserve, max: 1L << 40),
            VerifyAtStart = read.Flag(ServerSettings.VerifyAtStart),
            EnforceSizeLimits = read.Flag(ServerSettings.EnforceSizeLimits),
            ConsistencyDelay = read.Duration(ServerSettings.ConsistencyDelay, max: TimeSpan.FromMinutes(10)),
            Faults = ReadFaults(read),
            FaultSeed = read.Number(ServerSettings.FaultSeed, 0, int.MaxValue),
            FaultRetryAfterSeconds = read.Number(ServerSettings.FaultRetryAfter, 0, 3600),
            ImportRoots = ReadRoots(read, ServerSettings.ImportRoots),
            ExportRoots = ReadRoots(read, ServerSettings.ExportRoots),
            LogsJson = read.Choice(ServerSettings.LogFormat, ("text", false), ("json", true)),
            StartIndex = ReadStartIndex(read),
        };

        if (options.Addressing == AddressingMode.Port && options.Port >= portMin && options.Port <= portMax)
            throw new SettingsException($"{ServerSettings.IndexPorts}: the range {portMin}-{portMax} holds the main port {options.Port}");
        if (options.IsOpen && !options.IsLoopback && !read.Flag(ServerSettings.AllowOpen))
            throw new SettingsException(
                $"The server would listen on {options.BindAddress} without API keys. Set {ServerSettings.ApiKeys} or {ServerSettings.KeysFile}, "
                + $"or allow it with {ServerSettings.AllowOpen}, or listen on localhost.");
        return options;
    }

    /// <summary>Only this machine reaches the server.</summary>
    public bool IsLoopback => BindAddress == "localhost" || (IPAddress.TryParse(BindAddress, out var address) && IPAddress.IsLoopback(address));

    private static (int Min, int Max) ReadPortRange(SettingReader read)
    {
        var setting = ServerSettings.IndexPorts;
        var bounds = read.Text(setting).Split('-', StringSplitOptions.TrimEntries);
        if (bounds.Length == 2
            && int.TryParse(bounds[0], NumberStyles.None, CultureInfo.InvariantCulture, out var min)
            && int.TryParse(bounds[1], NumberStyles.None, CultureInfo.InvariantCulture, out var max)
            && min is > 0 and <= 65535 && max >= min && max <= 65535)
            return (min, max);
        throw SettingReader.Bad(setting, read.Text(setting), "two ports such as 5081-5180");
    }

    private static string ReadBindAddress(SettingReader read)
    {
        var text = read.Text(ServerSettings.BindAddress).Trim('[', ']');
        return text is "localhost" or "*" || IPAddress.TryParse(text, out _)
            ? text
            : throw SettingReader.Bad(ServerSettings.BindAddress, text, "localhost, an IP address or *");
    }

    private static string? ReadPath(SettingReader read, ServerSetting setting) =>
        read.Text(setting) is { Length: > 0 } path ? Path.GetFullPath(path) : null;

    /// <summary>Directories, which the platform's own separator of paths divides too.</summary>
    private static string[] ReadRoots(SettingReader read, ServerSetting setting)
    {
        var data = Path.GetFullPath(read.Text(ServerSettings.DataDirectory));
        string[] roots =
        [
            .. read.List(setting)
                .SelectMany(part => part.Split(Path.PathSeparator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                .Select(root => Path.TrimEndingDirectorySeparator(Path.GetFullPath(root))),
        ];
        var overlapping = roots.FirstOrDefault(root => DirectoryTree.IsBelow(root, data) || DirectoryTree.IsBelow(data, root));
        return overlapping is null ? roots : throw SettingReader.Bad(setting, overlapping, "directories apart from the data directory");
    }

    private static Compression ReadCompression(SettingReader read)
    {
        var text = read.Text(ServerSettings.Compression);
        return CompressionNames.TryParse(text, out var compression)
            ? compression
            : throw SettingReader.Bad(ServerSettings.Compression, text, $"one of {CompressionNames.All}");
    }

    private static FaultRule[] ReadFaults(SettingReader read) =>
    [
        .. read.List(ServerSettings.Faults, ';').Select(text => FaultParser.TryParse(text, out var rule)
            ? rule
            : throw SettingReader.Bad(ServerSettings.Faults, text, FaultParser.Grammar)),
    ];

    private static StartIndexOptions? ReadStartIndex(SettingReader read)
    {
        if (read.Text(ServerSettings.IndexType).Length == 0)
            return null;

        var isPod = read.Choice(ServerSettings.IndexType, ("serverless", false), ("pod", true));
        var vectorType = read.Choice(ServerSettings.IndexVectorType, ("dense", VectorType.Dense), ("sparse", VectorType.Sparse));
        if (vectorType == VectorType.Sparse)
            return new StartIndexOptions(isPod, vectorType, 0, read.Choice(ServerSettings.IndexMetric, ("", Metric.DotProduct), ("dotproduct", Metric.DotProduct)));

        var metric = read.Choice(
            ServerSettings.IndexMetric,
            ("", Metric.Cosine), ("cosine", Metric.Cosine), ("euclidean", Metric.Euclidean), ("dotproduct", Metric.DotProduct));
        return new StartIndexOptions(isPod, vectorType, read.Number(ServerSettings.IndexDimension, 1, 20000), metric);
    }
}
