using System.Net.Http.Headers;

namespace VectorServer.Api.Tests.Contract;

public sealed class ControlErrorTests
{
    [Theory]
    [InlineData("""{"name":"docs"}""", 422, "missing field `spec` at line 1 column 15")]
    [InlineData("""{"spec":{"serverless":{"cloud":"aws","region":"us-east-1"}}}""", 422, "missing field `name`")]
    [InlineData("""{"name":"docs","spec":{"serverless":{"region":"us-east-1"}}}""", 422, "missing field `cloud`")]
    [InlineData("""{"name":"docs","dimension":"3","spec":{}}""", 422, "dimension: expected a whole number, got")]
    [InlineData("""{"name":null,"spec":{}}""", 422, "Failed to deserialize the JSON body into the target type")]
    [InlineData("null", 422, "Failed to deserialize the JSON body into the target type")]
    [InlineData("", 422, "EOF while parsing a value")]
    [InlineData("""{"name":""", 400, "syntax error at line 1")]
    [InlineData("""{"name":"docs","spec":{}} trailing""", 400, "syntax error")]
    public async Task A_body_that_does_not_deserialize_says_where(string body, int status, string expected)
    {
        await using var server = TestServer.Start();

        var answer = await server.PostAsync("/indexes", body);

        Assert.Equal(status, answer.Status);
        Assert.Equal(status, answer.Json.GetProperty("status").GetInt32());
        Assert.Equal(status == 400 ? "INVALID_ARGUMENT" : "UNPROCESSABLE_ENTITY", answer.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains(expected, answer.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_quotes_a_long_value_in_part_only()
    {
        await using var server = TestServer.Start();
        var metric = new string('x', 100_000);

        var answer = await server.PostAsync(
            "/indexes", $$"""{"name":"docs","dimension":3,"metric":"{{metric}}","spec":{"serverless":{"cloud":"aws","region":"us-east-1"} } }""");

        var message = answer.Json.GetProperty("error").GetProperty("message").GetString();
        Assert.StartsWith("Metric must be one of cosine, euclidean, dotproduct, got 'xxx", message, StringComparison.Ordinal);
        Assert.EndsWith("xxx...", message, StringComparison.Ordinal);
        Assert.True(message!.Length < 2000, $"{message.Length} characters");
    }

    [Fact]
    public async Task A_body_nested_beyond_reason_is_refused()
    {
        await using var server = TestServer.Start();

        var answer = await server.PostAsync("/indexes", "{\"x\":" + new string('[', 10_000) + new string(']', 10_000) + "}");

        Assert.Equal(400, answer.Status);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("text/plain", 415)]
    [InlineData("application/json; charset=utf-8", 422)]
    [InlineData(null, 422)]
    public async Task Only_another_content_type_is_refused_not_an_absent_one(string? contentType, int status)
    {
        await using var server = TestServer.Start();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/indexes") { Content = new ByteArrayContent("{}"u8.ToArray()) };
        request.Content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);

        var answer = await server.SendAsync(request);

        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task An_unknown_route_and_a_wrong_method_answer_in_the_envelope()
    {
        await using var server = TestServer.Start();

        var unknown = await server.GetAsync("/nowhere");
        var method = await server.SendAsync(HttpMethod.Put, "/indexes", "{}", null);

        Assert.Equal((404, "NOT_FOUND"), (unknown.Status, unknown.Json.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal((405, "UNIMPLEMENTED"), (method.Status, method.Json.GetProperty("error").GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("POST", "/indexes/create-for-model")]
    [InlineData("POST", "/embed")]
    [InlineData("GET", "/models")]
    public async Task What_the_control_plane_does_not_offer_says_so(string method, string path)
    {
        await using var server = TestServer.Start();

        var answer = await server.SendAsync(new HttpMethod(method), path, null, null);

        Assert.Equal((400, "INVALID_ARGUMENT"), (answer.Status, answer.Json.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal("UNIMPLEMENTED", answer.Json.GetProperty("error").GetProperty("details").GetProperty("reason").GetString());
        Assert.Contains("not offered", answer.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-04", false)]
    [InlineData("2026-07", true)]
    public async Task Errors_of_records_take_the_envelope_from_2026_07_on(string version, bool isEnvelope)
    {
        await using var server = TestServer.Start();

        var answer = await server.PostAsync("/indexes/docs/records/namespaces/n/search", "{}", version);

        Assert.Equal(400, answer.Status);
        Assert.Contains("\"UNIMPLEMENTED\"", answer.Body, StringComparison.Ordinal);
        Assert.Equal(isEnvelope, answer.Json.TryGetProperty("error", out _));
        Assert.Equal(!isEnvelope, answer.Json.TryGetProperty("details", out _));
    }

    [Fact]
    public async Task An_unknown_route_of_an_index_answers_in_the_rpc_shape()
    {
        await using var server = TestServer.Start();

        var answer = await server.GetAsync("/indexes/docs/vectors/nowhere");

        Assert.Equal(404, answer.Status);
        Assert.Equal(5, answer.Json.GetProperty("code").GetInt32());
        Assert.Equal(0, answer.Json.GetProperty("details").GetArrayLength());
    }

    [Fact]
    public async Task Every_answer_names_its_request_and_echoes_the_name_the_client_gave()
    {
        await using var server = TestServer.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        request.Headers.Add("x-request-id", "mine-1");

        var answer = await server.SendAsync(request);

        Assert.NotEmpty(answer.Headers.GetValues("x-pinecone-request-id").Single());
        Assert.Equal("mine-1", answer.Headers.GetValues("x-request-id").Single());
    }
}
