using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.ObjectPool;

namespace VectorServer.Api.Wire.Data;

/// <summary>Memory that an answer is written to before it is sent, so that its length is known and it leaves in one piece; used again and again.</summary>
internal sealed class AnswerBuffer : IResettable, IDisposable
{
    private const int BytesKept = 1 << 20; // memory of a larger answer is given back after it

    private static readonly JsonWriterOptions Options = new()
    {
        // Ids are quoted readably; answers are never placed inside HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private static readonly ObjectPool<AnswerBuffer> Pool = ObjectPool.Create<AnswerBuffer>();

    private readonly ArrayBufferWriter<byte> _bytes = new();

    public AnswerBuffer() => Writer = new Utf8JsonWriter(_bytes, Options);

    public Utf8JsonWriter Writer { get; }

    public static AnswerBuffer Rent() => Pool.Get();

    public void Return() => Pool.Return(this);

    /// <summary>What was written, valid until the buffer is returned.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        Writer.Flush();
        return _bytes.WrittenMemory;
    }

    public bool TryReset()
    {
        _bytes.ResetWrittenCount();
        Writer.Reset();
        return _bytes.Capacity <= BytesKept;
    }

    public void Dispose() => Writer.Dispose();
}
