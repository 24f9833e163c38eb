using System.Text.Json.Serialization;
using VectorServer.Storage;

namespace VectorServer.Api.Wire.Data;

/// <summary>Extension of this server: which compression a namespace should have.</summary>
internal sealed class AdviseRequest
{
    public string? Namespace { get; set; }

    public int? Queries { get; set; }

    public double? Recall { get; set; }

    public AdviceOptions ToOptions()
    {
        var usual = new AdviceOptions();
        return usual with { Queries = Queries ?? usual.Queries, Recall = Recall ?? usual.Recall };
    }
}

/// <summary>The answer to <see cref="AdviseRequest"/>; its figures are those of <see cref="CompressionAdvice"/>.</summary>
internal sealed record AdviceModel(
    [property: JsonPropertyName("namespace")] string Namespace,
    [property: JsonPropertyName("record_count")] int RecordCount,
    [property: JsonPropertyName("sampled_rows")] int SampledRows,
    [property: JsonPropertyName("queries")] int Queries,
    [property: JsonPropertyName("candidates")] int Candidates,
    [property: JsonPropertyName("complete")] bool IsComplete,
    [property: JsonPropertyName("take")] string Take,
    [property: JsonPropertyName("measures")] IReadOnlyList<AdviceMeasure> Measures)
{
    public static AdviceModel Of(CompressionAdvice advice, string ns) => new(
        ns,
        advice.RecordCount,
        advice.SampledRows,
        advice.Queries,
        advice.Candidates,
        advice.IsComplete,
        advice.Take.ToName(),
        [.. advice.Measures.Select(measure => new AdviceMeasure(
            measure.Compression.ToName(), measure.BytesPerVector, Round(measure.Recall), Round(measure.CodesAloneRecall)))]);

    // Of a few hundred neighbours; more digits would say more than is known.
    private static double Round(double recall) => Math.Round(recall, 4);
}

/// <summary>One compression, measured.</summary>
internal sealed record AdviceMeasure(
    [property: JsonPropertyName("compression")] string Compression,
    [property: JsonPropertyName("bytes_per_vector")] double BytesPerVector,
    [property: JsonPropertyName("recall_at_10")] double RecallAt10,
    [property: JsonPropertyName("codes_alone_recall_at_10")] double CodesAloneRecallAt10);
