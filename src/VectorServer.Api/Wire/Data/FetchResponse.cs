using System.Text.Json;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Api.Wire.Data;

/// <summary>Schemas <c>FetchResponse</c> and <c>FetchByMetadataResponse</c>, written without a copy of the records.</summary>
internal static class FetchResponse
{
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<VectorRecord> records, string ns, Pagination? pagination = null)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("vectors"u8);
        foreach (var record in records)
        {
            writer.WriteStartObject(record.Id);
            writer.WriteString("id"u8, record.Id);
            writer.WriteRecordParts(record.Values.Span, record.Sparse, record.Metadata);
            writer.WriteEndObject();
        }

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
}
