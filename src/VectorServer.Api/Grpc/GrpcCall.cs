using System.Runtime.ExceptionServices;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using VectorServer.Api.Errors;
using VectorServer.Api.Wire;

namespace VectorServer.Api.Grpc;

/// <summary>
/// A middleware around the library's, which reads and writes messages and catches what calls throw. Here that goes on as an exception, the way
/// of all requests to the one error table; and what the library refuses itself, a broken frame or a large message, is refused as over REST.
/// </summary>
internal static class GrpcCall
{
    public static Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is { } metadata ? InvokeAsync(context, metadata.Method, next) : next(context);

    private static async Task InvokeAsync(HttpContext context, IMethod method, RequestDelegate next)
    {
        if (!context.Request.IsGrpc())
            throw new WireException(WireError.UnsupportedMediaType, "Expected a request over HTTP/2 with `content-type: application/grpc`");
        context.Request.ContentType = GrpcAnswer.ContentType; // the library takes nothing that is joined to it
        context.Response.SetGrpcHeaders();

        using var end = CallEnd.Of(context, isStream: method.Type != MethodType.Unary);
        await next(context);

        var status = context.Features.GetRequiredFeature<IServerCallContextFeature>().ServerCallContext.Status;
        var failure = status.StatusCode == StatusCode.OK ? null
            : status.DebugException is CallFailure { InnerException: { } thrown } ? thrown
            : RefusalOf(status, method, context);
        failure = end?.Reason(failure) ?? failure;
        if (failure is null)
            GrpcAnswer.Succeed(context);
        else if (failure is WireException refusal && context.Response.HasStarted)
            GrpcAnswer.Fail(context, refusal); // what was answered before stays answered
        else
            ExceptionDispatchInfo.Throw(failure);
    }

    // The texts compared are the library's.
    private static Exception RefusalOf(Status status, IMethod method, HttpContext context) => status switch
    {
        { DebugException: InvalidProtocolBufferException } =>
            WireException.Invalid($"The request is not a valid {method.GetType().GenericTypeArguments[0].Name} message"),
        { DebugException: InvalidDataException } => WireException.Invalid("The compressed flag of a message must be 0 or 1"),
        { StatusCode: StatusCode.ResourceExhausted } => RequestBody.TooLarge(RequestBody.BytesMaxOf(context)),
        { DebugException: IOException large } when large.Message.StartsWith("Message too large", StringComparison.Ordinal) =>
            RequestBody.TooLarge(RequestBody.BytesMaxOf(context)),
        { DebugException: IOException lost } when RequestBody.IsLostClient(lost) => new ConnectionAbortedException(lost.Message, lost),
        { DebugException: { } thrown } => thrown,
        { StatusCode: StatusCode.Unimplemented } => new WireException(WireError.Unimplemented, status.Detail),
        { Detail: "Incoming message cancelled." } => new OperationCanceledException(status.Detail),
        { Detail: "Incomplete message." } =>
            WireException.Invalid(context.Response.HasStarted ? "The request ends within a message" : "The request has no whole message"),
        { Detail: "Additional data after the message received." } => WireException.Invalid("The request must hold one message"),
        { Detail: var detail } when detail.Contains("grpc-encoding", StringComparison.Ordinal) =>
            WireException.Invalid("A message is marked as compressed, but grpc-encoding names no compression"),
        { Detail: var detail } => WireException.Invalid(detail),
    };

    /// <summary>Tells what a call throws from what is wrong with its message.</summary>
    internal sealed class Interceptor : global::Grpc.Core.Interceptors.Interceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            try
            {
                return await continuation(request, context);
            }
            catch (Exception exception)
            {
                throw new CallFailure(exception);
            }
        }
    }

    private sealed class CallFailure(Exception thrown) : Exception(thrown.Message, thrown);
}
