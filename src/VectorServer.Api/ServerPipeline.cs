using Microsoft.AspNetCore.Hosting.Server;
using VectorServer.Api.Addressing;
using VectorServer.Api.Auth;
using VectorServer.Api.Bulk;
using VectorServer.Api.Endpoints;
using VectorServer.Api.Errors;
using VectorServer.Api.Grpc;
using VectorServer.Api.Indexes;
using VectorServer.Api.Logging;
using VectorServer.Api.Switches;
using VectorServer.Api.Tls;
using VectorServer.Storage;

namespace VectorServer.Api;

/// <summary>The way of a request through the host, and what happens before the first one.</summary>
internal static class ServerPipeline
{
    /// <summary>Opens the data directory, the certificate and the ports of its indexes.</summary>
    /// <exception cref="StorageException">The directory is held by another process, or damaged.</exception>
    /// <exception cref="SettingsException">The TLS certificate cannot be used.</exception>
    public static void Open(this WebApplication app)
    {
        // Made early: by it the listeners know whether Kestrel will follow them.
        _ = app.Services.GetRequiredService<IServer>();

        var options = app.Services.GetRequiredService<ServerOptions>();
        var engine = app.Services.GetRequiredService<VectorEngine>();
        if (options.Tls.Mode != TlsMode.Off)
            app.Services.GetRequiredService<TlsCertificates>().Load();
        StartIndex.Ensure(engine, options);
        IndexPortsAtStart.Reserve(engine, app.Services.GetRequiredService<IndexPorts>(), options, app.Logger);
        app.Services.GetRequiredService<BulkJobs>().Resume();
        StartupLog.Write(app.Logger, options, engine.Indexes.Count);
    }

    public static void UseVectorServer(this WebApplication app)
    {
        var injectsFaults = app.Services.GetRequiredService<ServerOptions>().Faults.Count > 0;
        app.UseMiddleware<RequestIdMiddleware>();
        app.UseMiddleware<RequestLogMiddleware>();
        if (injectsFaults)
            app.Use(FaultMiddleware.LoseAnswersAsync);
        app.UseMiddleware<ErrorMiddleware>();
        app.UseMiddleware<AddressingMiddleware>();
        app.UseDocs();
        app.UseRouting();
        app.UseMiddleware<TlsOnlyMiddleware>();
        app.UseMiddleware<ApiKeyMiddleware>();
        app.Use(AddressingMiddleware.GuardControlPlane);
        if (injectsFaults)
            app.UseMiddleware<FaultMiddleware>();
    }

    public static void MapVectorServer(this WebApplication app)
    {
        app.MapHealth();
        app.MapDocs();
        app.MapUnoffered();

        var control = app.MapControlPlane();
        control.MapIndexes();

        var data = app.MapDataPlane();
        data.MapVectors();
        data.MapFetches();
        data.MapQuery();
        data.MapStats();
        data.MapNamespaces();
        data.MapImports();
        data.MapExports();
        data.MapMaintenance();
        data.MapVectorService();
        data.MapGrpcHealth();
        data.MapGrpcReflection();
    }
}
