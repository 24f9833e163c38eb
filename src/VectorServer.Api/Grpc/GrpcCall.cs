using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using VectorServer.Api.Errors;
using VectorServer.Api.Wire;

namespace VectorServer.Api.Grpc;

/// <summary>
/// A middleware around gRPC's own: it reads and writes messages, and catches what calls throw. Here that goes on as an exception again, the
/// way of all requests to the one error table; and refusals of its own, of a broken frame or a large message, become ours.
/// </summary>
internal static class GrpcCall
{
    public static Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is { } metadata ? InvokeAsync(context, metadata.Method, next) : next(context);

    private static async Task InvokeAsync(HttpContext context, IMethod method, RequestDelegate next)
    {
        if (!context.Request.IsGrpc())
            throw new WireException(WireError.UnsupportedMediaType, "Expected a request over HTTP/2 with `content-type: application/grpc`");
        context.Request.ContentType = GrpcAnswer.ContentType; // what else a client joins to it is no matter here
        context.Response.SetGrpcHeaders();

        using var end = CallEnd.Of(context, isStream: method.Type != MethodType.Unary);
        await next(context);

        var status = context.Features.GetRequiredFeature<IServerCallContextFeature>().ServerCallContext.Status;
        if ((end?.Reason(status) ?? FailureOf(status, method, context)) is not { } failure)
            GrpcAnswer.Succeed(context);
        else if (failure is WireException refusal && context.Response.HasStarted)
            GrpcAnswer.Fail(context, refusal); // what was answered before stays answered
        else
            throw failure;
    }

    private static Exception? FailureOf(Status status, IMethod method, HttpContext context) => status switch
    {
        { StatusCode: StatusCode.OK } => null,
        { DebugException: InvalidProtocolBufferException } =>
            WireException.Invalid($"The request is not a valid {method.GetType().GenericTypeArguments[0].Name} message"),
        { DebugException: InvalidDataException } => WireException.Invalid("The compressed flag of a message must be 0 or 1"),
        { StatusCode: StatusCode.ResourceExhausted } or { DebugException: IOException { InnerException: null, Message: ['M', 'e', 's', 's', 'a', 'g', 'e', ' ', ..] } } =>
            RequestBody.TooLarge(RequestBody.BytesMaxOf(context)),
        { DebugException: IOException lost } when RequestBody.IsLostClient(lost) => new ConnectionAbortedException(lost.Message, lost),
        { DebugException: { } thrown } => thrown,
        { StatusCode: StatusCode.Unimplemented } => new WireException(WireError.Unimplemented, status.Detail),
        _ => WireException.Invalid(status.Detail switch
        {
            "Incomplete message." when context.Response.HasStarted => "The request ends within a message",
            "Incomplete message." => "The request has no whole message",
            "Additional data after the message received." => "The request must hold one message",
            var detail when detail.Contains("grpc-encoding", StringComparison.Ordinal) =>
                "A message is marked as compressed, but grpc-encoding names no compression",
            var detail => detail,
        }),
    };
}
