using System.Text.Json;
using VectorServer.Api.Errors;
using VectorServer.Api.Operations;
using VectorServer.Storage;

namespace VectorServer.Api.Wire.Data;

/// <summary>Schema <c>QueryResponse</c>, written without a copy of the matches.</summary>
internal static class QueryResponse
{
    /// <exception cref="WireException">It is larger than an answer may be; so of the others.</exception>
    public static void Write(Utf8JsonWriter writer, SingleQueryResult single, AnswerSize size)
    {
        writer.WriteStartObject();
        WriteMatches(writer, single, size);
        writer.WriteUsage(Usage.One);
        writer.WriteEndObject();
        size.Check(writer);
    }

    /// <summary>The answer to several queries, each a schema <c>SingleQueryResults</c>.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<SingleQueryResult> results, AnswerSize size)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("results"u8);
        foreach (var single in results)
        {
            writer.WriteStartObject();
            WriteMatches(writer, single, size);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("matches"u8);
        writer.WriteEndArray();
        writer.WriteString("namespace"u8, "");
        writer.WriteUsage(new Usage(results.Count));
        writer.WriteEndObject();
        size.Check(writer);
    }

    /// <summary>The answer to a <see cref="QueryManyRequest"/>.</summary>
    public static void WriteMany(Utf8JsonWriter writer, IReadOnlyList<SingleQueryResult> results, AnswerSize size)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("results"u8);
        foreach (var single in results)
            Write(writer, single, size);
        writer.WriteEndArray();
        writer.WriteUsage(new Usage(results.Count));
        writer.WriteEndObject();
        size.Check(writer);
    }

    private static void WriteMatches(Utf8JsonWriter writer, SingleQueryResult single, AnswerSize size)
    {
        writer.WriteStartArray("matches"u8);
        foreach (var match in single.Result.Matches)
        {
            WriteMatch(writer, match);
            size.Check(writer);
        }

        writer.WriteEndArray();
        writer.WriteString("namespace"u8, single.Namespace);
        if (single.Result.Explanation is { } explanation)
            writer.WriteExplanation(explanation, single.Result.Matches, single.Ignored);
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
