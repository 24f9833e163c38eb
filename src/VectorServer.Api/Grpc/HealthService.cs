using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Grpc;

/// <summary>Probes over gRPC. The server listens only once its data directory is open, so whoever is answered is served.</summary>
internal sealed class HealthService : HealthServiceImpl
{
    public HealthService()
    {
        foreach (var name in GrpcServices.All.Select(service => service.FullName).Append(""))
            SetStatus(name, HealthCheckResponse.Types.ServingStatus.Serving);
    }

    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        try
        {
            return await base.Check(request, context);
        }
        catch (RpcException)
        {
            throw new WireException(WireError.NotFound, $"There is no service {request.Service}");
        }
    }
}
