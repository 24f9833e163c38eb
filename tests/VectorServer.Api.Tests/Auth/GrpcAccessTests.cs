using Google.Protobuf;
using VectorServer.Api.Commands;
using VectorServer.Api.Tests.Grpc;

namespace VectorServer.Api.Tests.Auth;

public sealed class GrpcAccessTests
{
    private static readonly byte[] OneRecord =
        new Api.Grpc.Proto.UpsertRequest { Vectors = { new Api.Grpc.Proto.Vector { Id = "a", Values = { 1, 0 } } } }.ToByteArray();

    [Fact]
    public async Task A_lack_of_rights_is_PERMISSION_DENIED_and_a_wrong_key_too()
    {
        using var files = new TempData();
        var path = Path.Combine(files.Path, "keys.json");
        var (reader, other) = (Add(path, "reader"), Add(path, "other", "--role=admin", "--index=elsewhere"));
        await using var index = await GrpcIndex.CreateAsync("18660-18664", ("ApiKeys", "boss"), ("KeysFile", path));

        Assert.Equal("0", (await index.Grpc.CallAsync("Upsert", OneRecord, ("api-key", "boss"))).Status);
        Assert.Equal("0", (await index.Grpc.CallAsync("DescribeIndexStats", [], ("api-key", reader))).Status);
        (await index.Grpc.CallAsync("Upsert", OneRecord, ("api-key", reader))).AssertRefused(7, "a key of the role write");
        (await index.Grpc.CallAsync("Upsert", OneRecord, ("api-key", other))).AssertRefused(7, "not for index things");
        (await index.Grpc.CallAsync("Upsert", OneRecord, ("api-key", "wrong"))).AssertRefused(7, "Invalid API key");
    }

    [Fact]
    public async Task A_key_that_asks_too_often_is_RESOURCE_EXHAUSTED()
    {
        await using var index = await GrpcIndex.CreateAsync("18665-18669", ("RateLimit", "1"));

        var replies = new List<GrpcReply>();
        for (var i = 0; i < 20 && replies.All(reply => reply.Status == "0"); i++)
            replies.Add(await index.Grpc.CallAsync("DescribeIndexStats", []));

        replies[^1].AssertRefused(8, "1 times a second");
        Assert.Contains("1", replies[^1].Headers.GetValues("Retry-After"));
    }

    private static string Add(string path, string name, params string[] args)
    {
        using var output = new StringWriter();
        var context = new CommandContext(new Dictionary<string, string?> { ["VECTORSERVER_KEYS_FILE"] = path }, output, TextWriter.Null, TimeProvider.System);
        CommandLine.RunAsync(["keys", "add", name, .. args], context).GetAwaiter().GetResult();
        return output.ToString().Trim();
    }
}
