using System.Text.Json;
using VectorServer.Api.Operations;
using VectorServer.Storage;

namespace VectorServer.Api.Wire.Data;

/// <summary>Schemas <c>FetchResponse</c> and <c>FetchByMetadataResponse</c>, written without a copy of the records.</summary>
internal static class FetchResponse
{
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<VectorRecord> records, string ns, Pagination? pagination = null)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("vectors"u8);
        foreach (var record in records)
            WriteRecord(writer, record);

        writer.WriteEndObject();
        writer.WriteString("namespace"u8, ns);
        writer.WriteUsage(Usage.OfRecords(records.Count));
        if (pagination is not null)
        {
            writer.WriteStartObject("pagination"u8);
            writer.WriteString("next"u8, pagination.Next);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteRecord(Utf8JsonWriter writer, VectorRecord record)
    {
        writer.WriteStartObject(record.Id);
        writer.WriteString("id"u8, record.Id);
        writer.WriteRecordParts(record.Values.Span, record.Sparse, record.Metadata);
        writer.WriteEndObject();
    }

    /// <summary>The size of records as JSON.</summary>
    public sealed class RecordSize : IRecordSize
    {
        public static readonly RecordSize Instance = new();

        private const int BytesOfNames = 100;
        private const int BytesOfEscape = 6; // of a control character in an id, which stands in the answer twice
        private const int BytesOfNumber = Float32Digits.BytesMax + 1;
        private const int BytesOfIndex = 11;

        public long AtMost(VectorRecord record) =>
            BytesOfNames + (2L * BytesOfEscape * record.Id.Length) + ((long)BytesOfNumber * record.Values.Length)
            + ((long)(BytesOfIndex + BytesOfNumber) * (record.Sparse?.Indices.Length ?? 0)) + (record.Metadata?.Json.Length ?? 0);

        public long Measure(VectorRecord record)
        {
            var buffer = AnswerBuffer.Rent();
            try
            {
                buffer.Writer.WriteStartObject();
                WriteRecord(buffer.Writer, record);
                buffer.Writer.WriteEndObject();
                return buffer.ToJson().Length; // the braces make up for the comma
            }
            finally
            {
                buffer.Return();
            }
        }
    }
}
