using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorServer.Api.Errors;

/// <summary>Schema <c>ErrorResponse</c> of the control plane.</summary>
internal sealed record ErrorEnvelope(int Status, ErrorDetail Error);

/// <param name="Code">The kind of failure.</param>
/// <param name="Message">What a client may show.</param>
/// <param name="Details">Absent where there is no reason.</param>
internal sealed record ErrorDetail(
    string Code, string Message, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ErrorReason? Details = null);

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
