using System.Text.Json.Serialization;

namespace VectorServer.Api.Auth;

/// <summary>The keys file. A field it does not know is refused: a misspelt <c>indexes</c> would open all of them.</summary>
internal sealed record KeysDocument(int FormatVersion, IReadOnlyList<StoredKey> Keys);

/// <summary>
/// One key of the file. Only its SHA-256 is kept: keys are 256 random bits, which nobody finds by trying hashes, so the slow, salted hashes that
/// guessable passwords need would cost every request and gain nothing.
/// </summary>
internal sealed record StoredKey
{
    public required string Name { get; init; }

    public required KeyRole Role { get; init; }

    /// <summary>See <see cref="AccessKey.Indexes"/>.</summary>
    public IReadOnlyList<string> Indexes { get => field ?? []; init; } = [];

    /// <summary>Hexadecimal.</summary>
    public required string Sha256 { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    WriteIndented = true)]
[JsonSerializable(typeof(KeysDocument))]
internal sealed partial class KeysJsonContext : JsonSerializerContext;
