using System.Text.Json.Serialization;
using VectorServer.Storage;

namespace VectorServer.Api.Errors;

/// <summary>
/// Which rule was broken, as a word for programs: <c>google.rpc.ErrorInfo</c>, in the data plane's <c>details</c> as proto-JSON writes an
/// <c>Any</c> of it, and in gRPC's <c>grpc-status-details-bin</c>.
/// </summary>
internal sealed record ErrorReason(
    [property: JsonPropertyOrder(1)] string Reason,
    [property: JsonPropertyOrder(3)] IReadOnlyDictionary<string, string> Metadata)
{
    private static readonly IReadOnlyDictionary<string, string> NoMetadata = new Dictionary<string, string>();

    public ErrorReason(string reason)
        : this(reason, NoMetadata)
    {
    }

    [JsonPropertyName("@type")]
    public string Type { get; } = "type.googleapis.com/google.rpc.ErrorInfo";

    [JsonPropertyOrder(2)]
    public string Domain { get; } = "vectorserver";

    /// <summary>The reason of a failure; null where its code says it all.</summary>
    public static ErrorReason? Of(Exception exception) => exception switch
    {
        WireException wire => wire.Reason,
        StorageException { Reason: { } reason } storage => new ErrorReason(reason, storage.ReasonMetadata),
        _ => null,
    };
}
