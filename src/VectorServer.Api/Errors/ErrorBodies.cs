using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorServer.Api.Errors;

/// <summary>Schema <c>ErrorResponse</c> of the control plane.</summary>
internal sealed record ErrorEnvelope(int Status, ErrorDetail Error);

internal sealed record ErrorDetail(string Code, string Message);

/// <summary>Schema <c>rpcStatus</c> of the data plane; <paramref name="Details"/> is always sent, and empty where there is no reason.</summary>
internal sealed record RpcStatus(int Code, string Message, IReadOnlyList<ErrorReason> Details);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ErrorEnvelope))]
[JsonSerializable(typeof(RpcStatus))]
internal sealed partial class ErrorJsonContext : JsonSerializerContext
{
    // Messages quote names and values; readable quotes and backticks matter more than safety inside HTML, which these never are.
    static ErrorJsonContext() => Default = new ErrorJsonContext(
        new JsonSerializerOptions(s_defaultOptions) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
