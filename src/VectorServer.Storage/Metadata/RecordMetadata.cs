namespace VectorServer.Storage.Metadata;

/// <summary>
/// A record's metadata: a flat JSON object of strings, numbers (float64), booleans and lists of strings, kept as canonical UTF-8
/// JSON. Immutable.
/// </summary>
public sealed class RecordMetadata
{
    /// <summary>Largest size of one record's metadata, in bytes of JSON.</summary>
    public const int MaxBytes = 40_960;

    /// <summary>Canonical UTF-8 JSON, ready to be written into an answer.</summary>
    public ReadOnlyMemory<byte> Json => throw new NotImplementedException();

    /// <summary>Reads and checks a JSON object; an empty one gives null.</summary>
    /// <exception cref="StorageException">Nested, null or ill-typed values, keys that begin with <c>$</c>, not an object, or too large.</exception>
    public static RecordMetadata? Parse(System.Text.Json.JsonElement element) => throw new NotImplementedException();

    /// <summary>This with the fields of <paramref name="changes"/> set or overwritten.</summary>
    /// <exception cref="StorageException">The merged object is too large.</exception>
    public RecordMetadata Merge(RecordMetadata changes) => throw new NotImplementedException();
}
