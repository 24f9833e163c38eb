using System.Net.Http.Headers;
using System.Text;

namespace VectorServer.Api.Tests.Fuzz;

/// <summary>Inputs that once broke the server, by what was wrong with them.</summary>
public sealed class FoundByFuzzingTests
{
    // Every text of a body is checked where it is read, but what is kept as JSON (filters, metadata) was read past this: 500.
    [Theory]
    [InlineData("/vectors/fetch_by_metadata", """{"filter": {"g": {"@exists": true} } }""")]
    [InlineData("/vectors/upsert", """{"vectors": [{"id": "a", "values": [1, 0], "metadata": {"@": 1} }]}""")]
    [InlineData("/vectors/upsert", """{"vectors": [{"id": "a", "values": [1, 0], "metadata": {"g": "@"} }]}""")]
    [InlineData("/vectors/upsert", """{"vectors": [{"id": "@", "values": [1, 0]}]}""")]
    [InlineData("/vectors/update", """{"id": "a", "setMetadata": {"g": "@"} }""")]
    [InlineData("/vectors/delete", """{"filter": {"g": "@"} }""")]
    [InlineData("/query", """{"vector": [1, 0], "topK": 1, "filter": {"@": 1} }""")]
    [InlineData("/query", """{"vector": [1, 0], "topK": 1, "unknown": "@"}""")]
    [InlineData("/describe_index_stats", """{"filter": {"g": {"$in": ["@"]} } }""")]
    public async Task A_body_that_is_not_UTF_8_is_refused(string path, string body)
    {
        await using var server = TestServer.Start();
        await server.PostAsync("/indexes", """{"name": "things", "dimension": 2, "metric": "cosine", "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"} } }""");
        var content = new ByteArrayContent([.. Encoding.ASCII.GetBytes(body).Select(value => value == '@' ? (byte)0xD1 : value)]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        var answer = await server.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/indexes/things{path}") { Content = content });

        Assert.Equal(400, answer.Status);
        Assert.Equal(3, answer.Json.GetProperty("code").GetInt32());
        Assert.Contains("not valid UTF-8", answer.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
