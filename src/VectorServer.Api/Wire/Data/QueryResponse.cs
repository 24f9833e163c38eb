using System.Text.Json;
using VectorServer.Storage.Registry;

namespace VectorServer.Api.Wire.Data;

/// <summary>Schema <c>QueryResponse</c>, written without a copy of the matches.</summary>
internal static class QueryResponse
{
    public static void Write(Utf8JsonWriter writer, QueryResult result, string ns)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("matches"u8);
        foreach (var match in result.Matches)
            WriteMatch(writer, match);
        writer.WriteEndArray();
        writer.WriteString("namespace"u8, ns);
        writer.WriteUsage(Usage.One);
        writer.WriteEndObject();
    }

    /// <summary>Schema <c>ScoredVector</c>.</summary>
    private static void WriteMatch(Utf8JsonWriter writer, ScoredRecord match)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, match.Id);

        // Products of large finite vectors overflow float32, and JSON has no infinity.
        if (!float.IsNaN(match.Score))
            writer.WriteNumber("score"u8, Math.Clamp(match.Score, float.MinValue, float.MaxValue));
        writer.WriteRecordParts(match.Values.Span, match.Sparse, match.Metadata);
        writer.WriteEndObject();
    }
}
