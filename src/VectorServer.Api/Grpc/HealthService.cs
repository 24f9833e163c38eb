using System.Runtime.CompilerServices;
using Google.Protobuf;
using VectorServer.Api.Auth;
using VectorServer.Api.Errors;
using static VectorServer.Api.Grpc.Proto.HealthCheckResponse.Types;

namespace VectorServer.Api.Grpc;

/// <summary>Probes over gRPC; no key needed. The server listens only once its data directory is open, so whoever is answered is served.</summary>
internal static class HealthService
{
    public static void MapGrpcHealth(this IEndpointRouteBuilder routes)
    {
        var parser = Proto.HealthCheckRequest.Parser;
        routes.MapCall("/grpc.health.v1.Health/Check", parser, Check).WithMetadata(PublicEndpoint.Instance);
        routes.MapStream("/grpc.health.v1.Health/Watch", parser, WatchAsync).WithMetadata(PublicEndpoint.Instance);
    }

    private static Task<IMessage> Check(HttpContext context, Proto.HealthCheckRequest request) => IsKnown(request.Service)
        ? Task.FromResult<IMessage>(Answer(ServingStatus.Serving))
        : throw new WireException(WireError.NotFound, $"There is no service {request.Service}");

    // The status changes once: the end of the server ends the call.
    private static async IAsyncEnumerable<IMessage> WatchAsync(
        IAsyncEnumerable<Proto.HealthCheckRequest> requests, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var request in requests.WithCancellation(cancellation))
        {
            yield return Answer(IsKnown(request.Service) ? ServingStatus.Serving : ServingStatus.ServiceUnknown);
            await Task.Delay(Timeout.Infinite, cancellation);
        }
    }

    private static bool IsKnown(string service) => service.Length == 0 || GrpcDescriptors.Services.Contains(service);

    private static Proto.HealthCheckResponse Answer(ServingStatus status) => new Proto.HealthCheckResponse { Status = status };
}
