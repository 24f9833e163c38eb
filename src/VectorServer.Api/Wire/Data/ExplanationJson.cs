using System.Text.Json;
using VectorServer.Storage;

namespace VectorServer.Api.Wire.Data;

/// <summary>Extension of this server: the object <c>explain</c> of an answer to a query.</summary>
internal static class ExplanationJson
{
    /// <param name="writer">Inside of the answer's object.</param>
    /// <param name="explanation">The engine's.</param>
    /// <param name="matches">What was found.</param>
    /// <param name="ignored">Fields of the query that are unknown.</param>
    public static void WriteExplanation(
        this Utf8JsonWriter writer, QueryExplanation explanation, IReadOnlyList<ScoredRecord> matches, IReadOnlyList<string> ignored)
    {
        writer.WriteStartObject("explain"u8);
        writer.WriteString("plan"u8, explanation.Plan);
        writer.WriteString("why"u8, explanation.Why);
        writer.WriteNumber("rows"u8, explanation.Rows);
        writer.WriteNumber("filtered_rows"u8, explanation.FilteredRows);
        writer.WriteNumber("candidates"u8, explanation.Candidates);
        writer.WriteNumber("rescored"u8, explanation.Rescored);
        writer.WriteBoolean("certified"u8, explanation.IsCertified);
        if (explanation.Bound is { } bound)
        {
            writer.WriteString("bound"u8, bound);
            writer.WriteNumber("miss_share"u8, explanation.MissShare);
        }

        writer.WriteString("compression"u8, explanation.Compression);
        writer.WriteString("index_kind"u8, explanation.IndexKind);
        writer.WriteStartObject("ms"u8);
        writer.WriteNumber("filter"u8, explanation.FilterMs);
        writer.WriteNumber("candidates"u8, explanation.CandidatesMs);
        writer.WriteNumber("rescore"u8, explanation.RescoreMs);
        writer.WriteNumber("hydrate"u8, explanation.HydrateMs);
        writer.WriteEndObject();
        writer.WriteStartArray("ignored"u8);
        foreach (var name in ignored)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
        writer.WriteStartArray("matches"u8);
        for (var i = 0; i < matches.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, matches[i].Id);
            WriteScore(writer, "estimate"u8, explanation.Estimates[i]);
            WriteScore(writer, "score"u8, matches[i].Score);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteScore(Utf8JsonWriter writer, ReadOnlySpan<byte> name, double? score)
    {
        if (score is { } given && !double.IsNaN(given))
            writer.WriteNumber(name, WireScore.Of(given));
        else
            writer.WriteNull(name);
    }
}
