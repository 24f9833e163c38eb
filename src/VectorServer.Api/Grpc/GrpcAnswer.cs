using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Http.Features;
using VectorServer.Api.Errors;
using VectorServer.Api.Metrics;

namespace VectorServer.Api.Grpc;

/// <summary>Writes the answers of calls: a message and a status in the trailers, or a status alone.</summary>
internal static class GrpcAnswer
{
    private const string ContentType = "application/grpc";

    // In headers and again in trailers: some clients look only there.
    private static readonly string[] RequestIdHeaders = ["x-pinecone-request-id", "x-request-id"];

    /// <summary>Sends the answer of a call that succeeded, uncompressed.</summary>
    public static async Task AnswerAsync(this HttpContext context, IMessage message)
    {
        var response = context.Response;
        response.SetGrpcHeaders();
        foreach (var header in RequestIdHeaders)
        {
            if (response.Headers.TryGetValue(header, out var id))
                response.AppendTrailer(header, id);
        }

        await context.WriteMessageAsync(message);
        response.AppendStatus(0, "");
    }

    /// <summary>Sends one message, uncompressed, after the headers.</summary>
    public static async Task WriteMessageAsync(this HttpContext context, IMessage message)
    {
        var writer = context.Response.BodyWriter;
        WritePrefix(writer.GetSpan(GrpcRequest.PrefixBytes), message.CalculateSize());
        writer.Advance(GrpcRequest.PrefixBytes);
        message.WriteTo(writer);
        await writer.FlushAsync(context.RequestAborted);
    }

    public static void SetGrpcHeaders(this HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = ContentType;
        response.Headers["grpc-accept-encoding"] = "identity,gzip";
    }

    /// <summary>Ends an answer: its status, behind its messages.</summary>
    public static void AppendStatus(this HttpResponse response, int code, string message)
    {
        response.AppendTrailer("grpc-status", code.ToString(CultureInfo.InvariantCulture));
        response.HttpContext.CountStatus(code);
        if (message.Length > 0)
            response.AppendTrailer("grpc-message", PercentEncode(message));
    }

    /// <summary>Sends a status without a message: the headers are the trailers, and the HTTP status is 200.</summary>
    public static Task WriteErrorAsync(HttpContext context, WireError error, string message, ErrorReason? reason)
    {
        // A wrong key is "unauthenticated" to REST clients and "permission denied" to gRPC ones.
        var (code, text) = error == WireError.Unauthenticated ? (WireError.Forbidden.Rpc, "Invalid API key") : (error.Rpc, message);
        context.Response.SetGrpcHeaders();
        context.Response.Headers["grpc-status"] = code.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = PercentEncode(text);
        context.CountStatus(code);
        if (reason is not null)
            context.Response.Headers["grpc-status-details-bin"] = Convert.ToBase64String(ToStatus(code, text, reason).ToByteArray());
        return context.Response.CompleteAsync();
    }

    /// <summary>Text as <c>grpc-message</c> carries it: printable ASCII but <c>%</c> as it is, every other UTF-8 byte as <c>%XX</c>.</summary>
    internal static string PercentEncode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (value is >= 0x20 and <= 0x7e and not (byte)'%')
                encoded.Append((char)value);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
        }

        return encoded.ToString();
    }

    // Whatever the status of a call, HTTP's is 200.
    private static void CountStatus(this HttpContext context, int code) =>
        context.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new(ExportedMetric.GrpcStatusTag, code));

    private static Proto.Rpc.Status ToStatus(int code, string text, ErrorReason reason)
    {
        var info = new Proto.Rpc.ErrorInfo { Reason = reason.Reason, Domain = reason.Domain };
        foreach (var (name, value) in reason.Metadata)
            info.Metadata[name] = value;
        return new Proto.Rpc.Status { Code = code, Message = text, Details = { Google.Protobuf.WellKnownTypes.Any.Pack(info) } };
    }

    private static void WritePrefix(Span<byte> prefix, int messageBytes)
    {
        prefix[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(prefix[1..], messageBytes);
    }
}
