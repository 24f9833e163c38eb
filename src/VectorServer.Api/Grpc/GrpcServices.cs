using Grpc.AspNetCore.Server;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using VectorServer.Api.Auth;
using VectorServer.Api.Wire;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace VectorServer.Api.Grpc;

/// <summary>The services offered over gRPC: with a key those of indexes, without one the probes and the reflection that tools ask for.</summary>
internal static class GrpcServices
{
    public static IReadOnlyList<ServiceDescriptor> All { get; } =
        [Proto.VectorService.Descriptor, Proto.NamespaceAliasService.Descriptor, Health.Descriptor, ServerReflection.Descriptor];

    public static void AddGrpcServices(this IServiceCollection services, ServerOptions options)
    {
        var dataBytesMax = options.EnforceSizeLimits ? RequestBody.DataBytesMax : RequestBody.BytesMax;
        services.AddGrpc(grpc =>
            {
                grpc.IgnoreUnknownServices = true; // our own answer names the path
                grpc.LimitMessages(RequestBody.PublicBytesMax);
                grpc.Interceptors.Add<GrpcCall.Interceptor>();
            })
            .AddServiceOptions<VectorService>(grpc => grpc.LimitMessages(dataBytesMax))
            .AddServiceOptions<NamespaceAliasService>(grpc => grpc.LimitMessages(dataBytesMax));

        // Otherwise one would be made for each call.
        services.AddSingleton<VectorService>();
        services.AddSingleton<NamespaceAliasService>();
        services.AddSingleton<HealthService>();
        services.AddSingleton<GrpcCall.Interceptor>();
    }

    public static void MapGrpcServices(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<VectorService>();
        routes.MapGrpcService<NamespaceAliasService>();
        routes.MapGrpcService<HealthService>().WithMetadata(PublicEndpoint.Instance);
        foreach (var version in (string[])["v1", "v1alpha"])
            routes.MapGrpcService(ReflectionService.Define(version)).WithMetadata(PublicEndpoint.Instance);
    }

    private static void LimitMessages(this GrpcServiceOptions grpc, int bytesMax)
    {
        grpc.MaxReceiveMessageSize = bytesMax;
        grpc.CompressionProviders = [new GzipMessages(bytesMax)];
    }
}
