using System.Text.Json;

namespace VectorServer.Api.Tests;

internal static class JsonAssert
{
    /// <summary>The same JSON, whatever the order of its fields.</summary>
    public static void Equal(string expected, JsonElement actual) =>
        Assert.True(JsonElement.DeepEquals(JsonSerializer.Deserialize<JsonElement>(expected), actual), actual.GetRawText());
}
