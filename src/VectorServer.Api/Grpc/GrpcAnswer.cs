using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http.Features;
using VectorServer.Api.Errors;
using VectorServer.Api.Metrics;

namespace VectorServer.Api.Grpc;

/// <summary>The statuses of calls: behind a message in the trailers, or alone.</summary>
internal static class GrpcAnswer
{
    public const string ContentType = "application/grpc";

    // In headers and again in trailers: some clients look only there.
    private static readonly string[] RequestIdHeaders = ["x-pinecone-request-id", "x-request-id"];

    public static bool IsGrpc(this HttpRequest request) =>
        HttpProtocol.IsHttp2(request.Protocol) && IsGrpcContentType(request.ContentType);

    public static void SetGrpcHeaders(this HttpResponse response)
    {
        response.ContentType = ContentType;
        response.Headers["grpc-accept-encoding"] = "identity,gzip";
    }

    /// <summary>Completes the answer of a call that succeeded.</summary>
    public static void Succeed(HttpContext context)
    {
        foreach (var header in RequestIdHeaders)
        {
            if (context.Response.Headers.TryGetValue(header, out var id))
                context.Response.AppendTrailer(header, id);
        }

        context.CountStatus(0);
    }

    /// <summary>Ends an answer that has begun by a failure.</summary>
    public static void Fail(HttpContext context, WireException failure)
    {
        SetStatus(context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers, failure.Error.Rpc, failure.Message);
        context.CountStatus(failure.Error.Rpc);
    }

    /// <summary>Sends a status without a message: the headers are the trailers, and the HTTP status is 200.</summary>
    public static Task WriteErrorAsync(HttpContext context, WireError error, string message, ErrorReason? reason)
    {
        // A wrong key is "unauthenticated" to REST clients and "permission denied" to gRPC ones.
        var (code, text) = error == WireError.Unauthenticated ? (WireError.Forbidden.Rpc, "Invalid API key") : (error.Rpc, message);
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.SetGrpcHeaders();
        SetStatus(context.Response.Headers, code, text);
        context.CountStatus(code);
        if (reason is not null)
            context.Response.Headers["grpc-status-details-bin"] = Convert.ToBase64String(ToStatus(code, text, reason).ToByteArray());
        return context.Response.CompleteAsync();
    }

    // Suffixes such as +proto and parameters name the encoding of messages; clients of this service have but one.
    // A comma joins header fields of one name: the Go SDK has that of its REST calls among its metadata.
    private static bool IsGrpcContentType(string? contentType) =>
        contentType is not null
        && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && contentType.AsSpan(ContentType.Length) is "" or ['+' or ';' or ',', ..];

    private static void SetStatus(IHeaderDictionary destination, int code, string message)
    {
        destination["grpc-status"] = code.ToString(CultureInfo.InvariantCulture);
        destination["grpc-message"] = PercentEncode(message);
    }

    // Printable ASCII but % stays as it is, every other UTF-8 byte is %XX.
    private static string PercentEncode(string text) => string.Concat(text.EnumerateRunes().Select(rune =>
        rune.Value is >= 0x20 and <= 0x7e and not '%' ? rune.ToString() : Uri.EscapeDataString(rune.ToString())));

    // Whatever the status of a call, HTTP's is 200.
    private static void CountStatus(this HttpContext context, int code) =>
        context.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new(ExportedMetric.GrpcStatusTag, code));

    private static Google.Rpc.Status ToStatus(int code, string text, ErrorReason reason) => new()
    {
        Code = code,
        Message = text,
        Details = { Any.Pack(new Google.Rpc.ErrorInfo { Reason = reason.Reason, Domain = reason.Domain, Metadata = { reason.Metadata.ToDictionary() } }) },
    };
}
