using System.Buffers;
using System.Text;
using System.Text.Json;
using VectorServer.Storage.Model;

namespace VectorServer.Storage;

/// <summary>
/// A record's metadata: a flat JSON object of strings, numbers (float64), booleans and lists of strings, kept as canonical UTF-8
/// JSON. Immutable; equal when the JSON is.
/// </summary>
public sealed class RecordMetadata : IEquatable<RecordMetadata>
{
    /// <summary>Largest size of one record's metadata, in bytes of JSON.</summary>
    public const int MaxBytes = 40_960;

    private readonly byte[] _json;

    private RecordMetadata(byte[] json) => _json = json;

    /// <summary>Canonical UTF-8 JSON, ready to be written into an answer.</summary>
    public ReadOnlyMemory<byte> Json => _json;

    /// <summary>Reads and checks a JSON object; an empty one gives null. Of a key given twice the last value counts.</summary>
    /// <exception cref="StorageException">Nested, null or ill-typed values, keys that begin with <c>$</c>, not an object, or too large.</exception>
    public static RecordMetadata? Parse(JsonElement element) => RecordMetadataParser.Parse(element) is { } json ? new RecordMetadata(WithinLimit(json)) : null;

    /// <summary>Wraps bytes that <see cref="Json"/> gave earlier, and takes them over.</summary>
    internal static RecordMetadata FromStored(byte[] json) => new(json);

    /// <summary>This with the fields of <paramref name="changes"/> set or overwritten.</summary>
    /// <exception cref="StorageException">The merged object is too large.</exception>
    public RecordMetadata Merge(RecordMetadata changes)
    {
        // Canonical keys are equal exactly when their texts are.
        var fields = new OrderedDictionary<string, Range>();
        var source = new byte[_json.Length + changes._json.Length];
        _json.CopyTo(source, 0);
        changes._json.CopyTo(source, _json.Length);
        CollectFields(source, 0, _json.Length, fields);
        CollectFields(source, _json.Length, changes._json.Length, fields);

        var merged = new ArrayBufferWriter<byte>(source.Length);
        foreach (var (key, value) in fields)
        {
            merged.Write(merged.WrittenCount == 0 ? "{"u8 : ","u8);
            merged.Write(Encoding.UTF8.GetBytes(key));
            merged.Write(":"u8);
            merged.Write(source.AsSpan(value));
        }

        merged.Write("}"u8);
        return new RecordMetadata(WithinLimit(merged.WrittenSpan.ToArray()));
    }

    public bool Equals(RecordMetadata? other) => other is not null && _json.AsSpan().SequenceEqual(other._json);

    public override bool Equals(object? obj) => Equals(obj as RecordMetadata);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_json);
        return hash.ToHashCode();
    }

    /// <summary>The JSON text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(_json);

    private static byte[] WithinLimit(byte[] json) => json.Length <= MaxBytes
        ? json
        : throw StorageException.Invalid($"metadata size is {json.Length} bytes, which exceeds the limit of {MaxBytes} bytes per vector");

    /// <summary>Notes where in <paramref name="source"/> each field's value lies, by the key's text with its quotes.</summary>
    private static void CollectFields(byte[] source, int start, int length, OrderedDictionary<string, Range> fields)
    {
        var reader = new Utf8JsonReader(source.AsSpan(start, length));
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = Encoding.UTF8.GetString(source.AsSpan(start + (int)reader.TokenStartIndex, reader.ValueSpan.Length + 2));
            reader.Read();
            var valueStart = start + (int)reader.TokenStartIndex;
            reader.Skip();
            fields[key] = valueStart..(start + (int)reader.BytesConsumed);
        }
    }
}
