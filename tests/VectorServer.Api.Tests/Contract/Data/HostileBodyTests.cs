using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using VectorServer.Api.Tests.Fuzz;

namespace VectorServer.Api.Tests.Contract.Data;

public sealed class HostileBodyTests
{
    private const string Characters = "{}[]\",:\\0-9.eEtn$ \u00e9";

    private static readonly (string Path, string Body)[] Valid =
    [
        ("/vectors/upsert", """
            {"vectors": [{"id": "a", "values": [1, 0], "sparseValues": {"indices": [1], "values": [1]}, "metadata": {"s": "x", "l": ["y"]}}],
             "namespace": "n"}
            """),
        ("/query", """
            {"vector": [1, 0], "sparseVector": {"indices": [1], "values": [1]}, "topK": 3, "filter": {"$and": [{"s": {"$in": ["x"]}}]},
             "maxCandidates": 10, "scanFactor": 1, "namespace": "n"}
            """),
        ("/query", """{"id": "a", "topK": 3, "includeValues": true, "includeMetadata": true, "exact": true, "filter": {"s": {"$ne": "x"}}}"""),
        ("/vectors/update", """{"id": "a", "values": [1, 0], "sparseValues": {"indices": [1], "values": [1]}, "setMetadata": {"s": "z"}, "namespace": "n"}"""),
        ("/vectors/update", """{"filter": {"s": "x"}, "setMetadata": {"s": "z"}, "dryRun": false, "namespace": "n"}"""),
        ("/vectors/delete", """{"ids": ["a"], "deleteAll": false, "filter": {}, "namespace": "n"}"""),
        ("/vectors/fetch_by_metadata", """{"filter": {"s": {"$exists": true}}, "limit": 5, "paginationToken": "", "namespace": "n"}"""),
        ("/describe_index_stats", """{"filter": {}}"""),
        ("/namespaces", """{"name": "n", "schema": {"fields": {"s": {"filterable": true}}}}"""),
    ];

    private static readonly string[] Odd =
    [
        "null", "true", "false", "0", "-1", "-0.0", "1.5", "1e400", "-1e39", "4294967296", "99999999999999999999", "\"\"", "\"NaN\"", "\"é\"",
        "\"a\\u0000b\"", "\"\\ud800\"", "[]", "[[]]", "[null]", "[1, \"x\"]", "{}", "{\"\": 1}", "{\"$x\": 1}", "{\"\\ud800\": 1}",
        "{\"$and\": []}", "{\"$or\": [{}]}", "{\"s\": {\"$in\": []}}", "{\"fields\": null}", new string('[', 70) + new string(']', 70),
    ];

    [Fact]
    public async Task A_valid_body_with_any_value_replaced_is_answered_or_refused()
    {
        await using var index = await TestIndex.CreateAsync(metric: "dotproduct");
        foreach (var (path, body) in Valid)
        {
            foreach (var mutated in Mutations(body))
                await AssertNoFailure(index, path, mutated);
        }
    }

    [Fact]
    public async Task A_valid_body_cut_anywhere_is_refused()
    {
        await using var index = await TestIndex.CreateAsync(metric: "dotproduct");
        foreach (var (path, body) in Valid)
        {
            for (var length = 1; length < body.Length; length += 7)
                (await index.PostAsync(path, body[..length])).AssertRefused("");
        }
    }

    [Fact]
    public async Task A_valid_body_with_random_characters_is_answered_or_refused()
    {
        var random = new Random(20260703);
        await using var index = await TestIndex.CreateAsync(metric: "dotproduct");
        for (var i = 0; i < 1_000; i++)
        {
            var (path, body) = Valid[random.Next(Valid.Length)];
            var characters = body.ToCharArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                characters[random.Next(characters.Length)] = Characters[random.Next(Characters.Length)];
            await AssertNoFailure(index, path, new string(characters));
        }
    }

    [Theory]
    [InlineData("/indexes", "80000000", "error")]
    [InlineData("/indexes", "fffffffff", "error")]
    [InlineData("/indexes/things/query", "80000000", "details")]
    [InlineData("/indexes/things/query", "fffffffff", "details")]
    public async Task A_chunk_of_more_than_2_GB_is_refused(string path, string size, string shape)
    {
        await using var server = TestServer.Listen(null, ("Addressing", "subdomain"));
        using var client = new RawClient(server.Client.BaseAddress!);

        var answer = await client.SendAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\n{{}}"));

        Assert.Equal(400, answer?.Status);
        Assert.True(JsonSerializer.Deserialize<JsonElement>(answer!.Text).TryGetProperty(shape, out _), answer.Text);
    }

    private static async Task AssertNoFailure(TestIndex index, string path, string body)
    {
        var answer = await index.PostAsync(path, body);
        Assert.True(answer.Status is >= 200 and < 500, $"{path} {body}: {answer.Status} {answer.Body}");
    }

    /// <summary>The body with each of its values replaced by each odd one.</summary>
    private static IEnumerable<string> Mutations(string body)
    {
        foreach (var path in Paths(JsonNode.Parse(body)!))
        {
            foreach (var odd in Odd)
                yield return Replace(body, path, odd);
        }
    }

    private static IEnumerable<string> Paths(JsonNode node) => node switch
    {
        JsonObject fields => fields.SelectMany(field => Paths(field.Value!)).Prepend(node.GetPath()),
        JsonArray items => items.SelectMany(item => Paths(item!)).Prepend(node.GetPath()),
        _ => [node.GetPath()],
    };

    // By a marker in the text: a tree cannot hold every odd value.
    private static string Replace(string body, string path, string odd)
    {
        if (path == "$")
            return odd;

        var root = JsonNode.Parse(body)!;
        Find(root, path).ReplaceWith("@odd@");
        return root.ToJsonString().Replace("\"@odd@\"", odd, StringComparison.Ordinal);
    }

    private static JsonNode Find(JsonNode node, string path)
    {
        if (node.GetPath() == path)
            return node;

        var children = node is JsonObject fields ? fields.Select(field => field.Value!) : node.AsArray().Select(item => item!);
        return Find(children.First(child => IsWithin(path, child.GetPath())), path);
    }

    private static bool IsWithin(string path, string parent) =>
        path == parent || (path.StartsWith(parent, StringComparison.Ordinal) && path[parent.Length] is '.' or '[');
}
