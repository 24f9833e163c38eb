using VectorServer.Api.Tests.Contract.Data;
using VectorServer.Api.Tests.Grpc;

namespace VectorServer.Api.Tests.Switches;

public sealed class FaultInjectionTests
{
    private const string OneVector = """{"vectors": [{"id": "a", "values": [1, 0]}]}""";

    [Fact]
    public async Task An_injected_503_has_the_shape_of_its_plane_and_says_when_to_try_again()
    {
        await using var server = TestServer.Start(("Faults", "503:1"), ("FaultRetryAfter", "7"));

        var data = await server.PostAsync("/indexes/things/query", """{"topK": 1, "vector": [1, 0]}""");
        var control = await server.GetAsync("/indexes");
        var latest = await server.GetAsync("/indexes", "2026-07");

        data.AssertRefused("injected", status: 503, code: 14);
        Assert.Equal("7", Assert.Single(data.Headers.GetValues("Retry-After")));
        Assert.Equal("503", Assert.Single(data.Headers.GetValues("x-vectorserver-fault")));
        Assert.Equal(503, control.Status);
        Assert.Equal("UNAVAILABLE", control.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("SERVICE_UNAVAILABLE", latest.Json.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_injected_429_is_JSON_before_2026_07_and_plain_text_from_then_on()
    {
        await using var server = TestServer.Start(("Faults", "429:1"));

        var data = await server.GetAsync("/indexes/things/vectors/list");
        var control = await server.GetAsync("/indexes", "2025-10");
        var latest = await server.GetAsync("/indexes/things/vectors/list", "2026-07");

        data.AssertRefused("Too many requests", status: 429, code: 8);
        Assert.Equal("RESOURCE_EXHAUSTED", control.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal((429, "text/plain"), (latest.Status, latest.ContentType));
        Assert.StartsWith("Too many requests", latest.Body, StringComparison.Ordinal);
        Assert.Equal("1", Assert.Single(latest.Headers.GetValues("Retry-After")));
    }

    [Fact]
    public async Task A_request_that_fails_has_written_nothing()
    {
        await using var index = await TestIndex.CreateAsync(settings: ("Faults", "POST /vectors/upsert=500:1"));

        (await index.PostAsync("/vectors/upsert", OneVector)).AssertRefused("injected", status: 500, code: 2);

        (await index.GetAsync("/vectors/list")).AssertJson("""{"vectors": [], "namespace": "", "usage": {"readUnits": 1}}""");
    }

    [Fact]
    public async Task A_client_that_tries_again_gets_through()
    {
        await using var index = await TestIndex.CreateAsync(settings: ("Faults", "/vectors/upsert=503:0.5"));

        var statuses = new List<int>();
        for (var i = 0; i < 50; i++)
            statuses.Add((await index.PostAsync("/vectors/upsert", OneVector)).Status);

        Assert.Equal([200, 503], statuses.Distinct().Order());
    }

    [Fact]
    public async Task Health_docs_unknown_paths_and_wrong_keys_are_answered_as_ever()
    {
        await using var server = TestServer.Start(("Faults", "503:1"), ("ApiKeys", "secret"));

        Assert.Equal(200, (await server.GetAsync("/healthz")).Status);
        Assert.Equal(200, (await server.GetAsync("/openapi.yaml")).Status);
        Assert.Equal(200, (await server.GetAsync("/docs/index.html")).Status);
        Assert.Equal(401, (await server.GetAsync("/indexes")).Status);
        server.Client.DefaultRequestHeaders.Add("Api-Key", "secret");
        Assert.Equal(404, (await server.GetAsync("/nothing")).Status);
        Assert.Equal(503, (await server.GetAsync("/indexes")).Status);
    }

    [Fact]
    public async Task Rules_may_be_an_array_in_the_file()
    {
        await using var index = await TestIndex.CreateAsync(settings: [("Faults:0", "/query=429:1,503:0"), ("Faults:1", "GET /vectors/*=503:1")]);

        Assert.Equal(429, (await index.PostAsync("/query", """{"topK": 1, "vector": [1, 0]}""")).Status);
        Assert.Equal(503, (await index.GetAsync("/vectors/list")).Status);
        Assert.Equal(200, (await index.PostAsync("/vectors/upsert", OneVector)).Status);
    }

    [Fact]
    public async Task Over_gRPC_faults_are_the_codes_8_and_14()
    {
        await using var index = await GrpcIndex.CreateAsync("17960-17964", ("Faults", "/VectorService/Query=503:1;/VectorService/*=429:1"));

        var unavailable = await index.Grpc.CallAsync("Query", []);
        var exhausted = await index.Grpc.CallAsync("List", []);

        unavailable.AssertRefused(14, "injected");
        exhausted.AssertRefused(8, "Too many requests");
        Assert.Equal("1", Assert.Single(exhausted.Headers.GetValues("Retry-After")));
    }

    [Fact]
    public async Task A_lost_answer_is_of_an_operation_that_ran()
    {
        await using var index = await GrpcIndex.CreateAsync("17965-17969", ("Faults", "/vectors/upsert=lost:1;/VectorService/Delete=lost:1"));

        await Assert.ThrowsAsync<HttpRequestException>(() => index.PostAsync("/vectors/upsert", OneVector));
        var written = await index.GetAsync("/vectors/list");
        var delete = new VectorServer.Api.Grpc.Proto.DeleteRequest { DeleteAll = true };
        await Assert.ThrowsAsync<HttpRequestException>(() => index.Grpc.CallAsync("Delete", Google.Protobuf.MessageExtensions.ToByteArray(delete)));
        var deleted = await index.GetAsync("/vectors/list");

        Assert.Equal(1, written.Json.GetProperty("vectors").GetArrayLength());
        Assert.Equal(0, deleted.Json.GetProperty("vectors").GetArrayLength());
    }
}
