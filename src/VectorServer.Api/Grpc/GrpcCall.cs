using Google.Protobuf;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Grpc;

/// <summary>A unary call as an endpoint: read the message, call, answer. Failures go the way of all requests, to the one error table.</summary>
internal static class GrpcCall
{
    public static IEndpointConventionBuilder MapCall<TRequest>(
        this IEndpointRouteBuilder routes, string method, MessageParser<TRequest> parser, Func<HttpContext, TRequest, Task<IMessage>> call)
        where TRequest : IMessage<TRequest> => routes.MapCall(method, parser.ParseFrom, call);

    public static IEndpointConventionBuilder MapCall<TRequest>(
        this IEndpointRouteBuilder routes, string method, MessageReader<TRequest> reader, Func<HttpContext, TRequest, Task<IMessage>> call) =>
        routes.MapPost(method, context => InvokeAsync(context, reader, call)).WithMetadata(GrpcMethod.Instance);

    /// <exception cref="WireException">The request is not one of gRPC.</exception>
    public static void CheckProtocol(HttpContext context)
    {
        if (!context.Request.IsGrpc())
            throw new WireException(WireError.UnsupportedMediaType, "Expected a request over HTTP/2 with `content-type: application/grpc`");
    }

    private static async Task InvokeAsync<TRequest>(
        HttpContext context, MessageReader<TRequest> reader, Func<HttpContext, TRequest, Task<IMessage>> call)
    {
        CheckProtocol(context);
        using var deadline = GrpcDeadline.Start(context);
        try
        {
            var request = await context.ReadMessageAsync(reader);
            await context.AnswerAsync(await call(context, request));
        }
        catch (OperationCanceledException) when (deadline is { IsExceeded: true })
        {
            throw new WireException(WireError.DeadlineExceeded, "Deadline exceeded");
        }
    }
}

/// <summary>Metadata of an endpoint that is a gRPC method.</summary>
internal sealed class GrpcMethod
{
    public static readonly GrpcMethod Instance = new();
}
