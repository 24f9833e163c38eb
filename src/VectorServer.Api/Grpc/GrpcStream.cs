using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using VectorServer.Api.Errors;
using VectorServer.Api.Wire;

namespace VectorServer.Api.Grpc;

/// <summary>A call of many messages as an endpoint: each is read when the call asks for it, and each answer is sent at once.</summary>
internal static class GrpcStream
{
    public static IEndpointConventionBuilder MapStream<TRequest>(
        this IEndpointRouteBuilder routes,
        string method,
        MessageParser<TRequest> parser,
        Func<IAsyncEnumerable<TRequest>, CancellationToken, IAsyncEnumerable<IMessage>> call)
        where TRequest : IMessage<TRequest> =>
        routes.MapPost(method, context => InvokeAsync(context, parser, call)).WithMetadata(GrpcMethod.Instance);

    private static async Task InvokeAsync<TRequest>(
        HttpContext context, MessageParser<TRequest> parser, Func<IAsyncEnumerable<TRequest>, CancellationToken, IAsyncEnumerable<IMessage>> call)
        where TRequest : IMessage<TRequest>
    {
        GrpcCall.CheckProtocol(context);

        // Between two messages a client may be silent.
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;

        using var deadline = GrpcDeadline.Start(context);
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        context.Response.SetGrpcHeaders();
        try
        {
            await foreach (var answer in call(ReadAsync(context, parser, ending.Token), ending.Token))
                await context.WriteMessageAsync(answer);
            context.Response.AppendStatus(0, "");
        }
        catch (OperationCanceledException) when (deadline is { IsExceeded: true })
        {
            context.Response.AppendStatus(WireError.DeadlineExceeded.Rpc, "Deadline exceeded");
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            context.Response.AppendStatus(WireError.Unavailable.Rpc, "The server is shutting down");
        }
        catch (WireException exception)
        {
            // What was answered before stays answered.
            context.Response.AppendStatus(exception.Error.Rpc, exception.Message);
        }
    }

    private static async IAsyncEnumerable<T> ReadAsync<T>(
        HttpContext context, MessageParser<T> parser, [EnumeratorCancellation] CancellationToken cancellation)
        where T : IMessage<T>
    {
        var input = context.Request.BodyReader;
        var bytesMax = RequestBody.BytesMaxOf(context);
        while (true)
        {
            var read = await ReadAsync(input, cancellation);
            if (FrameBytes(read.Buffer, bytesMax) is { } length)
            {
                var frame = read.Buffer.Slice(0, length).ToArray();
                input.AdvanceTo(read.Buffer.GetPosition(length));
                yield return await context.ParseFrameAsync<T>(frame, parser.ParseFrom);
                continue;
            }

            if (read.IsCompleted && !read.Buffer.IsEmpty)
                throw WireException.Invalid("The request ends within a message");
            if (read.IsCompleted)
                yield break;
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static async ValueTask<ReadResult> ReadAsync(PipeReader input, CancellationToken cancellation)
    {
        try
        {
            return await input.ReadAsync(cancellation);
        }
        catch (IOException exception) when (RequestBody.IsLostClient(exception))
        {
            throw new ConnectionAbortedException(exception.Message, exception);
        }
    }

    /// <summary>The bytes of the first message with its prefix; null while they have not all come.</summary>
    private static long? FrameBytes(in ReadOnlySequence<byte> received, int bytesMax)
    {
        if (received.Length < GrpcRequest.PrefixBytes)
            return null;

        Span<byte> prefix = stackalloc byte[GrpcRequest.PrefixBytes];
        received.Slice(0, prefix.Length).CopyTo(prefix);
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (length > bytesMax)
            throw RequestBody.TooLarge(bytesMax);
        return length + GrpcRequest.PrefixBytes is var bytes && received.Length >= bytes ? bytes : null;
    }
}
