using Microsoft.AspNetCore.Connections;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Filters;
using VectorServer.Api.Addressing;
using VectorServer.Api.Audit;
using VectorServer.Api.Auth;
using VectorServer.Api.Backups;
using VectorServer.Api.Bulk;
using VectorServer.Api.Grpc;
using VectorServer.Api.Indexes;
using VectorServer.Api.Jobs;
using VectorServer.Api.Limits;
using VectorServer.Api.Logging;
using VectorServer.Api.Metrics;
using VectorServer.Api.Operations;
using VectorServer.Api.Tls;
using VectorServer.Storage;

namespace VectorServer.Api;

/// <summary>The services of the host; <see cref="ServerPipeline"/> puts them to work.</summary>
internal static class ServiceRegistration
{
    // Half of what Docker gives before it kills: the engine needs the rest to close, and half a request is not worth more.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private static readonly Func<LogEvent, bool> IsOfHost = Matching.FromSource("Microsoft.Extensions.Hosting");

    public static void AddVectorServer(this WebApplicationBuilder builder, ServerOptions options)
    {
        builder.Logging.ClearProviders();

        var logger = new LoggerConfiguration()
            .ReadFrom.Configuration(builder.Configuration)
            .Filter.ByExcluding(IsOfCutStart)
            .Enrich.With<OneLineEnricher>()
            .CreateLogger();
        builder.Logging.AddSerilog(logger, dispose: true);

        // The framework's own logs of requests, which ours replaces: they tell query strings and raw headers, and while the first is on,
        // every request pays for an activity and a logging scope; gRPC's takes every refusal for a failure. What is said for Serilog outranks
        // what is said for all.
        foreach (var category in (string[])["Microsoft.AspNetCore.Hosting.Diagnostics", "Microsoft.AspNetCore.Server.Kestrel.BadRequests", "Grpc.AspNetCore"])
        {
            builder.Logging.AddFilter(category, LogLevel.None);
            builder.Logging.AddFilter<SerilogLoggerProvider>(category, LogLevel.None);
        }

        var listeners = new Listeners(options);
        builder.WebHost.ConfigureKestrel(listeners.Configure);
        builder.Services.AddSingleton<IConnectionListenerFactory, SparingTransport>(); // Kestrel takes the last that was added

        // Images set a default port for every ASP.NET Core program; ours has its own setting.
        builder.WebHost.UseSetting(WebHostDefaults.HttpPortsKey, "");

        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeout);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(listeners);
        builder.Services.AddSingleton<AccessKeys>();
        builder.Services.AddSingleton(services => new Lockout(options.Limits.WrongKeysMax, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<AuditLog>();
        builder.Services.AddSingleton<RequestRates>();
        builder.Services.AddSingleton<ProcessMemory>();
        builder.Services.AddSingleton<MemoryCeiling>();
        builder.Services.AddSingleton<MetricRecorder>();
        builder.Services.AddSingleton<ServerGauges>();
        builder.Services.AddSingleton<TlsCertificates>();
        builder.Services.AddSingleton<IndexPorts>();
        builder.Services.AddSingleton<IndexHosts>();
        builder.Services.AddSingleton<PendingIndexes>();
        builder.Services.AddSingleton<IndexCatalog>();
        builder.Services.AddSingleton<IgnoredFields>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<BackgroundJobs>();
        builder.Services.AddSingleton<BulkJobs>();
        builder.Services.AddSingleton<IIndexDependent>(services => services.GetRequiredService<BulkJobs>());
        builder.Services.AddHostedService(services => services.GetRequiredService<BackgroundJobs>());

        builder.Services.AddHostedService<StartVerification>();
        builder.Services.AddBackups();
        builder.Services.AddGrpcServices(options);

        // The container closes the engine as it goes, after the server has answered its last request.
        builder.Services.AddSingleton(OpenEngine);
    }

    /// <summary>The host's stack traces of a start that fails, of which Program says a line, or that is cut off by a stop.</summary>
    private static bool IsOfCutStart(LogEvent entry) =>
        entry.MessageTemplate.Text == "Hosting failed to start" || (entry.Exception is OperationCanceledException && IsOfHost(entry));

    private static void AddBackups(this IServiceCollection services)
    {
        services.AddSingleton<DeletedIndexes>();
        services.AddSingleton<BackupCatalog>();
        services.AddSingleton<BackupSchedules>();
        services.AddSingleton<RestoreJobs>();
        services.AddSingleton<IndexRestorer>();
        services.AddSingleton<IIndexDependent>(provider => provider.GetRequiredService<BackupCatalog>());
        services.AddSingleton<IIndexDependent>(provider => provider.GetRequiredService<BackupSchedules>());
        services.AddSingleton<BackupScheduler>();
        services.AddHostedService(provider => provider.GetRequiredService<BackupScheduler>());
    }

    private static VectorEngine OpenEngine(IServiceProvider services)
    {
        var options = services.GetRequiredService<ServerOptions>();
        var logger = services.GetRequiredService<ILogger<VectorEngine>>();
        return VectorEngine.Open(new EngineOptions
        {
            DataDirectory = options.DataDirectory,
            Durability = options.Durability,
            RecallSample = options.RecallSample,
            CompactDeadShare = options.CompactShare,
            BuildThreads = options.BuildThreads,
            IdleClose = options.IdleClose,
            ReserveBytes = options.ReserveBytes,
            VisibilityDelay = options.ConsistencyDelay,
            Time = services.GetRequiredService<TimeProvider>(),
            Log = message => StartupLog.LogEngine(logger, message),
        });
    }
}
