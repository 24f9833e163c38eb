using System.Text.Encodings.Web;
using System.Text.Json;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Api.Wire.Data;

/// <summary>Writes the data plane's answers and their headers.</summary>
internal static class DataAnswer
{
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        // Ids are quoted readably; answers are never placed inside HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>What every write without figures answers.</summary>
    public static Task AnswerEmptyAsync(this HttpContext context) => context.AnswerAsync(writer =>
    {
        writer.WriteStartObject();
        writer.WriteEndObject();
    });

    public static Task AnswerAsync<T>(this HttpContext context, T body) =>
        context.AnswerAsync(writer => JsonSerializer.Serialize(writer, body, DataJson.Type<T>()));

    /// <summary>Sends what <paramref name="write"/> writes, straight into the connection's buffers.</summary>
    public static async Task AnswerAsync(this HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        using (var writer = new Utf8JsonWriter(context.Response.BodyWriter, WriterOptions))
            write(writer);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    /// <summary>LSN of the write that is being answered.</summary>
    public static void SetRequestLsn(this HttpContext context, Lsn lsn) =>
        context.Response.Headers["x-pinecone-request-lsn"] = lsn.ToString();

    /// <summary>LSN of the newest write that the read being answered could see.</summary>
    public static void SetMaxIndexedLsn(this HttpContext context, Lsn lsn) =>
        context.Response.Headers["x-pinecone-max-indexed-lsn"] = lsn.ToString();
}
