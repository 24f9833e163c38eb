using System.Text.Json;
using VectorServer.Api.Operations;
using VectorServer.Storage.Registry;

namespace VectorServer.Api.Wire.Data;

/// <summary>Schema <c>QueryResponse</c>, written without a copy of the matches.</summary>
internal static class QueryResponse
{
    public static void Write(Utf8JsonWriter writer, QueryResult result, string ns)
    {
        writer.WriteStartObject();
        WriteMatches(writer, result, ns);
        writer.WriteUsage(Usage.One);
        writer.WriteEndObject();
    }

    /// <summary>The answer to several queries, each a schema <c>SingleQueryResults</c>.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<SingleQueryResult> results)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("results"u8);
        foreach (var (result, ns) in results)
        {
            writer.WriteStartObject();
            WriteMatches(writer, result, ns);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("matches"u8);
        writer.WriteEndArray();
        writer.WriteString("namespace"u8, "");
        writer.WriteUsage(new Usage(results.Count));
        writer.WriteEndObject();
    }

    /// <summary>The answer to a <see cref="QueryManyRequest"/>.</summary>
    public static void WriteMany(Utf8JsonWriter writer, IReadOnlyList<SingleQueryResult> results)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("results"u8);
        foreach (var (result, ns) in results)
            Write(writer, result, ns);
        writer.WriteEndArray();
        writer.WriteUsage(new Usage(results.Count));
        writer.WriteEndObject();
    }

    private static void WriteMatches(Utf8JsonWriter writer, QueryResult result, string ns)
    {
        writer.WriteStartArray("matches"u8);
        foreach (var match in result.Matches)
            WriteMatch(writer, match);
        writer.WriteEndArray();
        writer.WriteString("namespace"u8, ns);
        if (result.Explanation is { } explanation)
            writer.WriteExplanation(explanation, result.Matches);
    }

    /// <summary>Schema <c>ScoredVector</c>.</summary>
    private static void WriteMatch(Utf8JsonWriter writer, ScoredRecord match)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, match.Id);
        if (!double.IsNaN(match.Score))
            writer.WriteNumber("score"u8, WireScore.Of(match.Score));
        writer.WriteRecordParts(match.Values.Span, match.Sparse, match.Metadata);
        writer.WriteEndObject();
    }
}
