using Microsoft.AspNetCore.Hosting.Server;
using VectorServer.Api.Addressing;
using VectorServer.Api.Audit;
using VectorServer.Api.Auth;
using VectorServer.Api.Backups;
using VectorServer.Api.Browsers;
using VectorServer.Api.Bulk;
using VectorServer.Api.Endpoints;
using VectorServer.Api.Errors;
using VectorServer.Api.Grpc;
using VectorServer.Api.Indexes;
using VectorServer.Api.Limits;
using VectorServer.Api.Logging;
using VectorServer.Api.Metrics;
using VectorServer.Api.OpenApi;
using VectorServer.Api.Switches;
using VectorServer.Api.Tls;
using VectorServer.Api.Validation;
using VectorServer.Storage;

namespace VectorServer.Api;

/// <summary>The way of a request through the host, and what happens before the first one.</summary>
internal static class ServerPipeline
{
    /// <summary>Opens the data directory, the keys file, the certificate and the ports of its indexes, and goes on with what the last stop cut off.</summary>
    /// <exception cref="StorageException">The directory is held by another process, or damaged.</exception>
    /// <exception cref="SettingsException">The keys file, the audit log or the TLS certificate cannot be used.</exception>
    public static async Task OpenAsync(this WebApplication app)
    {
        // Made early: by it the listeners know whether Kestrel will follow them.
        _ = app.Services.GetRequiredService<IServer>();

        app.Services.GetRequiredService<MetricRecorder>().Start(); // before anything is opened, which is measured
        var options = app.Services.GetRequiredService<ServerOptions>();
        app.Services.GetRequiredService<AccessKeys>().Load();
        app.Services.GetRequiredService<AuditLog>().Open();
        var engine = app.Services.GetRequiredService<IStorageEngine>();
        if (options.Tls.Mode != TlsMode.Off)
            app.Services.GetRequiredService<TlsCertificates>().Load();
        await StartIndex.EnsureAsync(engine, options);
        var (backups, restores) = (app.Services.GetRequiredService<BackupCatalog>(), app.Services.GetRequiredService<RestoreJobs>());
        backups.Recover();
        restores.Load();
        await IndexPortsAtStart.ReserveAsync(
            engine, app.Services.GetRequiredService<PendingIndexes>(), app.Services.GetRequiredService<IndexPorts>(), options, app.Logger);
        restores.Resume();
        app.Services.GetRequiredService<BulkJobs>().Resume();
        StartupLog.Write(app.Logger, options);
        app.Lifetime.ApplicationStarted.Register(() => StartBanner.Announce(app));
        app.Lifetime.ApplicationStopping.Register(() => StartupLog.LogStopping(app.Logger));
    }

    public static void UseVectorServer(this WebApplication app)
    {
        var injectsFaults = app.Services.GetRequiredService<ServerOptions>().Faults.Count > 0;

        // No service lives as long as a request; without this, every request that asks for one would make and dispose a scope.
        app.Use((context, next) =>
        {
            context.RequestServices = app.Services;
            return next(context);
        });
        app.UseForwardedClients(app.Services.GetRequiredService<ServerOptions>());
        app.UseMiddleware<RequestIdMiddleware>();
        app.UseMiddleware<SafeHeadersMiddleware>();
        app.UseMiddleware<RequestLogMiddleware>();
        app.UseMiddleware<AuditMiddleware>();
        if (injectsFaults)
            app.Use(FaultMiddleware.LoseAnswersAsync);
        app.UseMiddleware<ErrorMiddleware>();
        app.UseMiddleware<AddressingMiddleware>();
        app.UseMiddleware<BrowserGuardMiddleware>();
        app.UseRouting();
        app.UseSpanTags();
        app.UseMiddleware<TlsOnlyMiddleware>();
        app.UseDocs();
        app.UseMiddleware<AccessMiddleware>();
        app.UseMiddleware<LoadMiddleware>();
        app.Use(AddressingMiddleware.GuardControlPlane);
        app.Use(PreconditionRules.CheckAsync);
        if (injectsFaults)
            app.UseMiddleware<FaultMiddleware>();
        app.Use(GrpcCall.InvokeAsync);
    }

    public static void MapVectorServer(this WebApplication app)
    {
        app.MapHealth();
        app.MapDocs();
        app.MapFrameworkContract();
        app.MapUnoffered();

        var control = app.MapControlPlane();
        control.MapIndexes();
        control.MapBackups();
        control.MapRestoreJobs();
        control.MapCollections();
        control.MapBackupSchedules();
        control.MapInfo(app.Services.GetRequiredService<TimeProvider>());
        control.MapMetrics(app.Services.GetRequiredService<ServerOptions>());

        var data = app.MapDataPlane();
        data.MapVectors();
        data.MapFetches();
        data.MapQuery();
        data.MapStats();
        data.MapNamespaces();
        data.MapAliases();
        data.MapImports();
        data.MapExports();
        data.MapMaintenance();
        data.MapGrpcServices();
    }
}
