using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using VectorServer.Api.Wire.Data;
using VectorServer.Storage;

namespace VectorServer.Api.Bulk.Export;

/// <summary>Writes records as lines of JSON that an import reads back to the bit.</summary>
/// <param name="path">Must not exist.</param>
/// <param name="withValues">False leaves the dense vectors to another file.</param>
internal sealed class JsonLinesWriter(string path, bool withValues) : IDisposable
{
    private const int BufferBytes = 1 << 20;

    private readonly FileStream _file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, BufferBytes);
    private readonly ArrayBufferWriter<byte> _line = new(4096);
    private readonly Utf8JsonWriter _json = new(Stream.Null, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public void Write(VectorRecord record)
    {
        _line.ResetWrittenCount();
        _json.Reset(_line);
        _json.WriteStartObject();
        _json.WriteString("id"u8, record.Id);
        if (withValues && !record.Values.IsEmpty)
        {
            _json.WritePropertyName("values"u8);
            _json.WriteFloats(record.Values.Span);
        }

        if (record.Sparse is { } sparse)
        {
            _json.WritePropertyName("sparse_values"u8);
            _json.WriteSparse(sparse);
        }

        if (record.Metadata is { } metadata)
        {
            _json.WritePropertyName("metadata"u8);
            _json.WriteRawValue(metadata.Json.Span, skipInputValidation: true);
        }

        _json.WriteEndObject();
        _json.Flush();
        _line.Write("\n"u8);
        _file.Write(_line.WrittenSpan);
    }

    /// <summary>Makes the file durable.</summary>
    public void Complete() => _file.Flush(flushToDisk: true);

    public void Dispose()
    {
        _json.Dispose();
        _file.Dispose();
    }
}
