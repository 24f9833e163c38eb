using System.Text.Json;
using VectorServer.Storage;

namespace VectorServer.Api.Wire.Data;

/// <summary>Writes the data plane's answers and their headers.</summary>
internal static class DataAnswer
{
    /// <summary>What every write without figures answers.</summary>
    public static Task AnswerEmptyAsync(this HttpContext context) => context.AnswerAsync(writer =>
    {
        writer.WriteStartObject();
        writer.WriteEndObject();
    });

    public static Task AnswerAsync<T>(this HttpContext context, T body) =>
        context.AnswerAsync(writer => JsonSerializer.Serialize(writer, body, DataJson.Type<T>()));

    /// <summary>Sends what <paramref name="write"/> writes.</summary>
    public static async Task AnswerAsync(this HttpContext context, Action<Utf8JsonWriter> write)
    {
        var answer = AnswerBuffer.Rent();
        try
        {
            write(answer.Writer);
            var json = answer.ToJson();
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = json.Length;
            await context.Response.Body.WriteAsync(json, context.RequestAborted);
        }
        finally
        {
            answer.Return();
        }
    }

    /// <summary>LSN of the write that is being answered.</summary>
    public static void SetRequestLsn(this HttpContext context, Lsn lsn) =>
        context.Response.Headers["x-pinecone-request-lsn"] = lsn.ToString();

    /// <summary>LSN of the newest write that the read being answered could see.</summary>
    public static void SetMaxIndexedLsn(this HttpContext context, Lsn lsn) =>
        context.Response.Headers["x-pinecone-max-indexed-lsn"] = lsn.ToString();
}
