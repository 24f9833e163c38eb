using System.Net.Sockets;
using System.Text;

namespace VectorServer.Api.Tests.Clients;

/// <summary>Requests as the SDKs that are not run here put them on the wire.</summary>
public sealed class RestClientTests
{
    [Fact]
    public async Task A_version_header_that_comes_twice_counts_once()
    {
        await using var server = TestServer.Listen(null, ("IndexPorts", "18700-18709"));

        // Python 8, whose HTTP layer and whose generated client each add the header, in their own spelling.
        var answer = await SendRawAsync(server.Client.BaseAddress!, """
            POST /indexes HTTP/1.1
            Host: localhost
            Api-Key: any
            X-Pinecone-API-Version: 2025-10
            x-pinecone-api-version: 2025-10
            User-Agent: python-client-8.0.0
            Accept: application/json
            Content-Type: application/json
            Connection: close
            Content-Length: {length}

            {"name": "twice", "dimension": 2, "metric": "cosine", "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}}}
            """);

        Assert.StartsWith("HTTP/1.1 201 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"read_capacity\":{\"mode\":\"OnDemand\",\"status\":{\"state\":\"Ready\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_that_are_null_are_fields_that_are_not_there()
    {
        await using var server = TestServer.Start();

        // Serializers of typed clients write what their callers left out.
        var created = await server.PostAsync("/indexes", """
            {"name": "nulls", "dimension": 2, "metric": "cosine", "vector_type": null, "deletion_protection": null, "tags": null,
             "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}, "pod": null, "byoc": null } }
            """, "2025-04");
        var upserted = await server.PostAsync("/indexes/nulls/vectors/upsert", """
            {"vectors": [{"id": "a", "values": [1, 0], "sparseValues": null, "metadata": null}], "namespace": null}
            """, "2025-04");
        var found = await server.PostAsync("/indexes/nulls/query", """
            {"vector": [1, 0], "topK": 3, "id": null, "filter": null, "sparseVector": null, "namespace": null, "queries": null,
             "includeValues": null, "includeMetadata": null}
            """, "2025-04");
        var deleted = await server.PostAsync("/indexes/nulls/vectors/delete", """{"ids": ["a"], "deleteAll": null, "filter": null}""", "2025-04");

        Assert.Equal([201, 200, 200, 200], new[] { created.Status, upserted.Status, found.Status, deleted.Status });
        Assert.Equal("disabled", created.Json.GetProperty("deletion_protection").GetString());
        Assert.Equal("a", found.Json.GetProperty("matches")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task Fields_at_their_defaults_are_fields_that_are_not_there()
    {
        await using var server = TestServer.Start();
        await server.PostAsync("/indexes", """
            {"name": "defaults", "dimension": 2, "metric": "cosine", "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"} } }
            """);

        var upserted = await server.PostAsync("/indexes/defaults/vectors/upsert", """
            {"vectors": [{"id": "a", "values": [1, 0], "metadata": {} }], "namespace": ""}
            """);
        var found = await server.PostAsync("/indexes/defaults/query", """
            {"vector": [1, 0], "topK": 3, "id": "", "filter": {}, "namespace": "", "queries": [], "includeValues": false, "includeMetadata": false}
            """);
        var stats = await server.PostAsync("/indexes/defaults/describe_index_stats", """{"filter": {} }""");
        var deleted = await server.PostAsync("/indexes/defaults/vectors/delete", """{"ids": ["a"], "deleteAll": false, "namespace": "", "filter": {} }""");

        Assert.Equal([200, 200, 200, 200], new[] { upserted.Status, found.Status, stats.Status, deleted.Status });
        Assert.Equal("a", found.Json.GetProperty("matches")[0].GetProperty("id").GetString());
        Assert.Equal(1, stats.Json.GetProperty("totalVectorCount").GetInt32());
    }

    [Theory]
    [InlineData("2024-07")]
    [InlineData("2025-04")]
    [InlineData("2025-10")]
    public async Task An_index_has_every_field_that_strict_clients_ask_for(string version)
    {
        await using var server = TestServer.Start();
        await server.PostAsync("/indexes", """
            {"name": "strict", "dimension": 2, "metric": "cosine", "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"} } }
            """, version);

        // Java and .NET throw where one of these is missing, in a list as well.
        var listed = (await server.GetAsync("/indexes", version)).Json.GetProperty("indexes")[0];

        foreach (var field in (string[])["name", "dimension", "metric", "host", "spec", "status", "vector_type", "deletion_protection"])
            Assert.True(listed.TryGetProperty(field, out _), field);
        Assert.True(listed.GetProperty("status").GetProperty("ready").GetBoolean());
        var capacity = listed.GetProperty("spec").GetProperty("serverless").TryGetProperty("read_capacity", out var given) ? given.ToString() : "";
        Assert.Contains(version == "2025-10" ? "\"OnDemand\"" : "", capacity, StringComparison.Ordinal);
    }

    private static async Task<string> SendRawAsync(Uri address, string request)
    {
        var parts = request.ReplaceLineEndings("\r\n").Split("\r\n\r\n", 2);
        var head = parts[0].Replace("{length}", Encoding.UTF8.GetByteCount(parts[1]).ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        using var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{head}\r\n\r\n{parts[1]}"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
