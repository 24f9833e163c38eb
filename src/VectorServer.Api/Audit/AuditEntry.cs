using System.Text.Json.Serialization;

namespace VectorServer.Api.Audit;

/// <summary>One line of the audit log. Of an address only the route is kept, in which no client's id or namespace stands.</summary>
/// <param name="Time">When it was answered.</param>
/// <param name="Key">Name of the key; null where it is nobody's.</param>
/// <param name="Role">What the key may do.</param>
/// <param name="Method">Of HTTP.</param>
/// <param name="Route">The pattern of the operation; null where there is none.</param>
/// <param name="Index">The index concerned, where the request names one.</param>
/// <param name="Status">Of HTTP; over gRPC too, that of the refusal.</param>
/// <param name="Address">The other end of the connection.</param>
/// <param name="Refusal">Why it was refused; null where it was not.</param>
internal sealed record AuditEntry(
    DateTimeOffset Time, string? Key, string? Role, string Method, string? Route, string? Index, int Status, string Address, string? Refusal);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditEntry))]
internal sealed partial class AuditJsonContext : JsonSerializerContext;
