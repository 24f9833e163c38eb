using Microsoft.AspNetCore.Connections;
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
using VectorServer.Api.OpenApi;
using VectorServer.Api.Operations;
using VectorServer.Api.Tls;
using VectorServer.Storage;

namespace VectorServer.Api;

/// <summary>The services of the host; <see cref="ServerPipeline"/> puts them to work.</summary>
internal static class ServiceRegistration
{
    // Half of what Docker gives before it kills: the engine needs the rest to close, and half a request is not worth more.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    public static void AddVectorServer(this WebApplicationBuilder builder, ServerOptions options)
    {
        builder.AddServerLog(options.LogsJson);
        builder.AddOtlpExport();

        var listeners = new Listeners(options);
        builder.WebHost.ConfigureKestrel(listeners.Configure);
        builder.Services.AddSingleton<IConnectionListenerFactory, SparingTransport>(); // Kestrel takes the last that was added

        // Images set a default port for every ASP.NET Core program; ours has its own setting.
        builder.WebHost.UseSetting(WebHostDefaults.HttpPortsKey, "");

        // So does a variable of the framework, which would believe every proxy: ours names those to believe.
        builder.WebHost.UseSetting("ForwardedHeaders_Enabled", "false");

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
        builder.Services.AddSingleton<JobLog>();
        builder.Services.AddSingleton<BulkJobs>();
        builder.Services.AddSingleton<IIndexDependent>(services => services.GetRequiredService<BulkJobs>());
        builder.Services.AddHostedService(services => services.GetRequiredService<BackgroundJobs>());

        builder.Services.AddHostedService<StartVerification>();
        builder.Services.AddBackups();
        builder.Services.AddFrameworkContract();
        builder.Services.AddGrpcServices(options);

        // The container closes the engine as it goes, after the server has answered its last request.
        builder.Services.AddSingleton(OpenEngine);
        builder.Services.AddSingleton<IStorageEngine>(services => services.GetRequiredService<VectorEngine>());
    }

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
        try
        {
            return VectorEngine.Open(Of(options));
        }
        catch (StorageException e)
        {
            throw new SettingsException($"Data directory {options.DataDirectory}: {e.Message}"); // which the engine never names
        }

        EngineOptions Of(ServerOptions options) => new()
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
        };
    }
}
