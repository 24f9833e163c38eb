using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Wire;

/// <summary>
/// The one way to read a JSON body, on both planes: checks content type and size, and names what is wrong with the JSON as the
/// request's plane does (<see cref="JsonErrors"/>).
/// </summary>
internal static class BodyReader
{
    /// <summary>Reads the body as <typeparamref name="T"/>.</summary>
    /// <param name="context">The request.</param>
    /// <param name="type">From a source-generated context. Depth is limited by its options, 64 unless set.</param>
    /// <param name="allowEmpty">Takes an empty body for <c>{}</c>.</param>
    /// <exception cref="WireException">415, 413 or 400 for the size, 400 or 422 for the JSON.</exception>
    public static async ValueTask<T> ReadBodyAsync<T>(this HttpContext context, JsonTypeInfo<T> type, bool allowEmpty = false)
    {
        CheckContentType(context.Request);
        using var body = await RequestBody.ReadAsync(context);
        if (body.Bytes.IsEmpty && !allowEmpty)
            throw JsonErrors.Empty(context.GetPlane());

        // The JSON reader looks at texts only where they are asked for: filters and metadata much later than here.
        if (!Utf8.IsValid(body.Bytes.Span))
            throw WireException.Invalid("Failed to parse the request body as JSON: it is not valid UTF-8");

        try
        {
            return (body.Bytes.IsEmpty ? JsonSerializer.Deserialize("{}"u8, type) : BodyText.Deserialize(body.Bytes, type))
                ?? throw JsonErrors.Null(context.GetPlane());
        }
        catch (JsonException exception)
        {
            throw JsonErrors.From(exception, context.GetPlane(), body.Bytes, type);
        }
    }

    // An absent content type is accepted: several clients and most hand-written requests send none.
    private static void CheckContentType(HttpRequest request)
    {
        if (!string.IsNullOrEmpty(request.ContentType) && !request.HasJsonContentType())
            throw new WireException(WireError.UnsupportedMediaType, "Expected request with `Content-Type: application/json`");
    }
}
