using VectorServer.Api.Addressing;
using VectorServer.Api.Auth;
using VectorServer.Api.Errors;
using VectorServer.Api.Grpc;

namespace VectorServer.Api.Audit;

/// <summary>
/// Writes one line of every call of the control plane, of every other call that takes an administrator, and of every refusal, but for those
/// that may come in floods (<see cref="RefusalSample"/>).
/// </summary>
internal sealed class AuditMiddleware(RequestDelegate next, AuditLog log, TimeProvider time)
{
    private readonly RefusalSample _sample = new(time);

    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);

        var endpoint = context.GetEndpoint() as RouteEndpoint;
        if (context.Features.Get<RequestAccess>() is not { } access || !IsWritten(context, endpoint, access))
            return;

        log.Write(new AuditEntry(
            time.GetUtcNow(),
            access.Key?.Name,
            access.Key?.Role.ToWord(),
            context.Request.Method,
            endpoint?.RoutePattern.RawText,
            Printable(context.Target().IndexName ?? context.GetRouteValue("index_name") as string ?? access.NamedIndex),
            StatusOf(context, access.Refusal),
            RemoteAddress.Of(context).ToString(),
            Printable(access.Refusal?.Text)));
    }

    private bool IsWritten(HttpContext context, RouteEndpoint? endpoint, RequestAccess access) => access.Refusal is { } refusal
        ? !refusal.IsSampled || _sample.Takes(RemoteAddress.Of(context), access.Key?.Name, refusal.Error)
        : access.Key is not null && IsOfControl(context, endpoint);

    private static bool IsOfControl(HttpContext context, RouteEndpoint? endpoint) =>
        endpoint is not null
        && (context.GetPlane() == Plane.Control || endpoint.Metadata.GetMetadata<RequiredRole>() is { Role: KeyRole.Admin });

    // A refused call of gRPC is answered by 200 and a status of its own.
    private static int StatusOf(HttpContext context, Refusal? refusal) =>
        context.Request.IsGrpc() && refusal is not null ? refusal.Error.Status : context.Response.StatusCode;

    // Names are the client's own: none must forge a line.
    private static string? Printable(string? text) =>
        text is null ? null : new string([.. text.Take(200).Select(c => char.IsControl(c) ? '?' : c)]);
}
