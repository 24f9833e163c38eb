using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace VectorServer.Storage.Model;

/// <summary>What an error message repeats of a client's JSON.</summary>
internal static class JsonExcerpt
{
    private const int MaxCharacters = 200;

    /// <summary>The value as the client wrote it, cut where it is long.</summary>
    public static string Of(JsonElement value)
    {
        // Not GetRawText, which throws where the client's bytes are not UTF-8.
        var text = Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value));
        return text.Length <= MaxCharacters ? text : string.Concat(text.AsSpan(0, MaxCharacters), "...");
    }
}
