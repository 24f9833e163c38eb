using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using VectorServer.Api.Errors;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;
using VectorServer.Storage;

namespace VectorServer.Api.Bulk.Import;

/// <summary>A record as one line of JSON: <c>{"id", "values", "sparse_values", "metadata"}</c>, metadata an object or, as in Parquet files, JSON in a string.</summary>
internal static class RecordLine
{
    /// <param name="line">UTF-8.</param>
    /// <param name="row">The dense vector, where it comes from another file.</param>
    /// <exception cref="WireException">Not a record.</exception>
    /// <exception cref="StorageException">Metadata or sparse values break a rule.</exception>
    public static VectorRecord Parse(ReadOnlySpan<byte> line, float[]? row)
    {
        if (!Utf8.IsValid(line))
            throw WireException.Invalid("not valid UTF-8");

        var vector = Deserialize(line, DataJson.Type<Vector>()) ?? throw WireException.Invalid("must be a JSON object");
        if (vector.Id is null)
            throw WireException.Invalid("id is required");
        if (row is not null && vector.Values is { Length: > 0 })
            throw WireException.Invalid("values come from the .npy file and must not be in the line too");
        return new VectorRecord(vector.Id, row ?? vector.Values, vector.SparseValues.ToSparse(), MetadataOf(vector.Metadata));
    }

    private static RecordMetadata? MetadataOf(JsonElement? metadata)
    {
        if (metadata is not { ValueKind: JsonValueKind.String } text)
            return metadata.ToMetadata();
        return TextOf(text) is { Length: > 0 } json ? Deserialize(Encoding.UTF8.GetBytes(json), DataJson.Type<JsonElement?>()).ToMetadata() : null;
    }

    private static string? TextOf(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            throw WireException.Invalid("metadata: invalid type or value"); // an escaped half of a surrogate pair
        }
    }

    private static T? Deserialize<T>(ReadOnlySpan<byte> json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException exception)
        {
            var isSyntax = exception.InnerException is JsonException || exception.Path is not { Length: > 2 };
            throw WireException.Invalid(
                isSyntax ? $"not valid JSON at byte {exception.BytePositionInLine ?? 0}" : JsonMisfit.Describe(exception, json.ToArray(), type));
        }
    }
}
