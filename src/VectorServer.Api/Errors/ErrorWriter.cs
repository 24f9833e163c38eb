using System.Text.Json;
using VectorServer.Api.Addressing;
using VectorServer.Api.Grpc;
using VectorServer.Api.Wire;

namespace VectorServer.Api.Errors;

/// <summary>Writes an error in the shape of the request's plane and family: the envelope, the rpc status, the plain text of the 2026-07 gateway, or gRPC's status.</summary>
internal static class ErrorWriter
{
    // Room for a whole id or namespace name and the rule it breaks. Other values are the client's own, of any length.
    private const int MessageLengthMax = 1000;

    public static Task WriteAsync(HttpContext context, WireError error, string message, ErrorReason? reason = null)
    {
        if (message.Length > MessageLengthMax)
            message = string.Concat(message.AsSpan(0, MessageLengthMax), "...");
        if (context.Request.IsGrpc())
            return GrpcAnswer.WriteErrorAsync(context, error, message, reason);
        if (error == WireError.Unauthenticated)
            return WriteUnauthenticatedAsync(context);
        if (error == WireError.ResourceExhausted && context.Target().Family == ApiFamily.Schema)
            return WriteTextAsync(context, error, message);
        return context.UsesEnvelope()
            ? WriteEnvelopeAsync(context, error, message, reason)
            : WriteRpcStatusAsync(context, error, message, reason);
    }

    // Before 2026-07 the specification shows the envelope on both planes.
    private static Task WriteUnauthenticatedAsync(HttpContext context)
    {
        if (context.Target().Family != ApiFamily.Schema)
            return WriteEnvelopeAsync(context, WireError.Unauthenticated, "Invalid API key.");

        return WriteTextAsync(context, WireError.Unauthenticated, context.GetPlane() == Plane.Control ? "Invalid API key" : "Unauthorized");
    }

    private static Task WriteTextAsync(HttpContext context, WireError error, string text)
    {
        context.Response.StatusCode = error.Status;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(text);
    }

    private static Task WriteEnvelopeAsync(HttpContext context, WireError error, string message, ErrorReason? reason = null)
    {
        var code = error == WireError.Unavailable && context.Target().Family == ApiFamily.Schema ? "SERVICE_UNAVAILABLE" : error.Code;
        var body = new ErrorEnvelope(error.Status, new ErrorDetail(code, message, reason));
        return SendAsync(context, error.Status, JsonSerializer.SerializeToUtf8Bytes(body, ErrorJsonContext.Default.ErrorEnvelope));
    }

    private static Task WriteRpcStatusAsync(HttpContext context, WireError error, string message, ErrorReason? reason)
    {
        // The data plane answers 400 where the control plane has a status of its own; a body too large is an invalid argument to it.
        var shown = error == WireError.PayloadTooLarge ? WireError.InvalidArgument : error;
        var status = error == WireError.FailedPrecondition ? StatusCodes.Status400BadRequest : shown.Status;
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new RpcStatus(shown.Rpc, message, reason is null ? [] : [reason]), ErrorJsonContext.Default.RpcStatus);
        return SendAsync(context, status, body);
    }

    private static Task SendAsync(HttpContext context, int status, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body).AsTask(); // without a token: a client that left must not keep a refusal out of the audit log
    }
}
