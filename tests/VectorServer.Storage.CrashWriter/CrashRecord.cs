using System.Text.Json;

namespace VectorServer.Storage.CrashWriter;

/// <summary>A record as the script knows it.</summary>
public sealed record CrashRecord(string Id, float[] Values, SparseVector? Sparse, int N, string Text, int Colour)
{
    public VectorRecord ToRecord() => new(Id, Values, Sparse, Metadata(new { n = N, text = Text, colour = Colour }));

    public static RecordMetadata Metadata(object fields) => RecordMetadata.Parse(JsonSerializer.SerializeToElement(fields))!;
}
