using System.IO.Compression;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using VectorServer.Api.Grpc.Proto;
using VectorServer.Api.Operations;

namespace VectorServer.Api.Tests.Grpc;

/// <summary>What a client sees when a call is wrong, from its frame to its meaning.</summary>
public sealed class CallErrorTests
{
    private static readonly byte[] OneRecord = new UpsertRequest { Vectors = { new Vector { Id = "a", Values = { 1, 0 } } } }.ToByteArray();

    [Fact]
    public async Task Frames_that_do_not_hold_one_whole_message_are_refused()
    {
        await using var index = await GrpcIndex.CreateAsync("17700-17709");
        var frame = GrpcClient.Frame(OneRecord);

        (await index.Grpc.SendAsync("Upsert", [])).AssertRefused(3, "no whole message");
        for (var length = 1; length < frame.Length; length++)
            (await index.Grpc.SendAsync("Upsert", frame[..length])).AssertRefused(3, "message");
        (await index.Grpc.SendAsync("Upsert", [.. frame, .. frame])).AssertRefused(3, "must hold one message");
        (await index.Grpc.SendAsync("Upsert", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1])).AssertRefused(3, "compressed flag");
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_refused()
    {
        await using var index = await GrpcIndex.CreateAsync("17710-17719");
        var random = new Random(11);

        (await index.Grpc.CallAsync("Upsert", OneRecord[..^1])).AssertRefused(3, "not a valid UpsertRequest");
        (await index.Grpc.CallAsync("Upsert", [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07])).AssertRefused(3, "not a valid UpsertRequest");
        for (var i = 0; i < 200; i++)
        {
            var bytes = new byte[random.Next(1, 60)];
            random.NextBytes(bytes);
            (await index.Grpc.CallAsync("Query", bytes)).AssertRefused(3, "");
        }
    }

    [Fact]
    public async Task Nesting_without_end_is_refused()
    {
        await using var index = await GrpcIndex.CreateAsync("17720-17729");
        var metadata = new Value { NullValue = NullValue.NullValue };
        for (var depth = 0; depth < 2_000; depth++)
            metadata = Value.ForList(metadata);
        var request = new DescribeIndexStatsRequest { Filter = new Struct { Fields = { ["f"] = metadata } } };

        (await index.Grpc.CallAsync("DescribeIndexStats", request.ToByteArray())).AssertRefused(3, "not a valid DescribeIndexStatsRequest");
    }

    [Fact]
    public async Task A_rule_that_REST_knows_is_a_rule_with_the_same_words()
    {
        await using var index = await GrpcIndex.CreateAsync("17730-17739");
        var rest = await index.PostAsync("/vectors/upsert", """{"vectors": [{"id": "a", "values": [1, 2, 3]}]}""");

        var reply = await index.Grpc.CallAsync(
            "Upsert", new UpsertRequest { Vectors = { new Vector { Id = "a", Values = { 1, 2, 3 } } } }.ToByteArray());

        reply.AssertRefused(rest.Json.GetProperty("code").GetInt32(), rest.Json.GetProperty("message").GetString()!);
    }

    [Fact]
    public async Task Null_nested_and_endless_metadata_is_refused()
    {
        await using var index = await GrpcIndex.CreateAsync("17740-17749");

        foreach (var (value, part) in ((Value, string)[])
        [
            (Value.ForNull(), "got 'null' for field 'f'"),
            (new Value(), "got 'null' for field 'f'"),
            (Value.ForStruct(new Struct()), "got '{}' for field 'f'"),
            (Value.ForList(Value.ForNumber(1)), "for field 'f'"),
            (Value.ForNumber(double.NaN), "must be finite"),
            (Value.ForNumber(double.PositiveInfinity), "must be finite"),
        ])
        {
            var vector = new Vector { Id = "a", Values = { 1, 0 }, Metadata = new Struct { Fields = { ["f"] = value } } };
            (await index.Grpc.CallAsync("Upsert", new UpsertRequest { Vectors = { vector } }.ToByteArray())).AssertRefused(3, part);
        }
    }

    [Fact]
    public async Task Each_failure_has_its_code()
    {
        await using var index = await GrpcIndex.CreateAsync("17750-17759");
        await index.Grpc.CallAsync("Upsert", OneRecord);
        await index.Grpc.CallAsync("CreateNamespace", new CreateNamespaceRequest { Name = "made" }.ToByteArray());

        (await index.Grpc.CallAsync("CreateNamespace", new CreateNamespaceRequest { Name = "made" }.ToByteArray())).AssertRefused(6, "already exists");
        (await index.Grpc.CallAsync("DescribeNamespace", new DescribeNamespaceRequest { Namespace = "missing" }.ToByteArray())).AssertRefused(5, "not found");
        (await index.Grpc.CallAsync("Fetch", [])).AssertRefused(3, "ids");
        (await index.Grpc.CallAsync("Query", new QueryRequest { Id = "a" }.ToByteArray())).AssertRefused(3, "topK");
        (await index.Grpc.CallAsync("Query", new QueryRequest { TopK = uint.MaxValue, Id = "a" }.ToByteArray())).AssertRefused(3, "topK");
        (await index.Grpc.CallAsync("Query", new QueryRequest { TopK = 1, Id = "a", Queries = { new QueryVector() } }.ToByteArray())).AssertRefused(3, "queries");
        (await index.Grpc.CallAsync("List", new ListRequest { Limit = 101 }.ToByteArray())).AssertRefused(3, "limit");
        (await index.Grpc.CallAsync("List", new ListRequest { PaginationToken = "x" }.ToByteArray())).AssertRefused(3, "pagination token");
    }

    [Fact]
    public async Task Unknown_methods_and_services_are_unimplemented()
    {
        await using var index = await GrpcIndex.CreateAsync("17760-17769");

        (await index.Grpc.CallAsync("Nothing", [])).AssertRefused(12, "/VectorService/Nothing");
        (await index.Grpc.CallAsync("NamespaceAliasService/Nothing", [])).AssertRefused(12, "/NamespaceAliasService/Nothing");
        (await index.Grpc.CallAsync("AdminService/Nothing", [])).AssertRefused(12, "/AdminService/Nothing");
    }

    [Fact]
    public async Task A_missing_or_wrong_key_is_denied()
    {
        await using var index = await GrpcIndex.CreateAsync("17770-17779", ("ApiKeys:0", "right"));

        (await index.Grpc.CallAsync("DescribeIndexStats", [])).AssertRefused(7, "Invalid API key");
        (await index.Grpc.CallAsync("DescribeIndexStats", [], ("api-key", "wrong"))).AssertRefused(7, "Invalid API key");
        Assert.Equal("0", (await index.Grpc.CallAsync("DescribeIndexStats", [], ("api-key", "right"))).Status);
    }

    [Fact]
    public async Task Messages_are_percent_encoded()
    {
        await using var index = await GrpcIndex.CreateAsync("17780-17789");
        var vector = new Vector { Id = "a", Values = { 1, 0 }, Metadata = new Struct { Fields = { ["100% ü"] = Value.ForNull() } } };

        var reply = await index.Grpc.CallAsync("Upsert", new UpsertRequest { Vectors = { vector } }.ToByteArray());

        reply.AssertRefused(3, "for field '100%25 %C3%BC'");
    }

    [Fact]
    public async Task A_deadline_that_has_passed_is_exceeded_and_a_later_one_is_not()
    {
        await using var index = await GrpcIndex.CreateAsync("17790-17799");

        (await index.Grpc.CallAsync("Upsert", OneRecord, ("grpc-timeout", "0n"))).AssertRefused(4, "Deadline exceeded");
        Assert.Equal("0", (await index.Grpc.CallAsync("Upsert", OneRecord, ("grpc-timeout", "99999999H"))).Status);
        Assert.Equal("0", (await index.Grpc.CallAsync("Upsert", OneRecord, ("grpc-timeout", "soon"))).Status);
    }

    [Fact]
    public async Task Messages_may_be_gzip_and_of_no_other_compression()
    {
        await using var index = await GrpcIndex.CreateAsync("17800-17809");
        var frame = GrpcClient.Frame(Gzip(OneRecord), compressed: true);

        Assert.Equal("0801", Convert.ToHexString((await index.Grpc.SendAsync("Upsert", frame, ("grpc-encoding", "gzip"))).Bytes));
        Assert.Equal("0", (await index.Grpc.CallAsync("Upsert", OneRecord, ("grpc-encoding", "gzip"))).Status);
        (await index.Grpc.SendAsync("Upsert", frame)).AssertRefused(3, "grpc-encoding names no compression");
        (await index.Grpc.SendAsync("Upsert", GrpcClient.Frame(OneRecord, compressed: true), ("grpc-encoding", "gzip"))).AssertRefused(3, "not valid gzip");

        var unknown = await index.Grpc.SendAsync("Upsert", frame, ("grpc-encoding", "snappy"));
        unknown.AssertRefused(12, "snappy");
        Assert.Equal("identity,gzip", Assert.Single(unknown.Headers.GetValues("grpc-accept-encoding")));
    }

    [Fact]
    public async Task Gzip_that_is_cut_short_is_refused()
    {
        await using var index = await GrpcIndex.CreateAsync("18690-18691");
        var upsert = new UpsertRequest { Vectors = { Enumerable.Range(0, 5).Select(i => new Vector { Id = $"v{i}", Values = { 1, i } }) } };
        var whole = Gzip(upsert.ToByteArray());

        for (var length = 1; length < whole.Length; length++)
            (await index.Grpc.SendAsync("Upsert", GrpcClient.Frame(whole.AsSpan(0, length), compressed: true), ("grpc-encoding", "gzip"))).AssertRefused(3, "not valid gzip");

        Assert.Equal("0805", Convert.ToHexString((await index.Grpc.SendAsync("Upsert", GrpcClient.Frame(whole, compressed: true), ("grpc-encoding", "gzip"))).Bytes));
    }

    [Theory]
    [InlineData("1F8B08000000000000FF 0300 0000000000000000")]
    [InlineData("")] // as .NET packs nothing
    public async Task An_empty_message_may_be_gzip(string packed)
    {
        await using var index = await GrpcIndex.CreateAsync("18692-18693");
        var frame = GrpcClient.Frame(Convert.FromHexString(packed.Replace(" ", "", StringComparison.Ordinal)), compressed: true);

        Assert.Equal("0", (await index.Grpc.SendAsync("DescribeIndexStats", frame, ("grpc-encoding", "gzip"))).Status);
    }

    [Fact]
    public async Task The_size_limit_holds_for_what_is_sent_and_for_what_it_unpacks_to()
    {
        await using var index = await GrpcIndex.CreateAsync("17810-17819");
        var large = new byte[3 << 20];

        (await index.Grpc.CallAsync("Upsert", large)).AssertRefused(8, "2MB");
        (await index.Grpc.SendAsync("Upsert", GrpcClient.Frame(Gzip(large), compressed: true), ("grpc-encoding", "gzip"))).AssertRefused(8, "2MB");
    }

    [Fact]
    public async Task Without_the_limit_messages_of_many_megabytes_pass_both_ways()
    {
        await using var index = await GrpcIndex.CreateAsync("17820-17829", ("EnforceSizeLimits", "false"));
        var vectors = Enumerable.Range(0, 200).Select(i => new Vector
        {
            Id = $"v{i}",
            Values = { 1, i },
            Metadata = new Struct { Fields = { ["text"] = Value.ForString(new string('x', 30_000)) } },
        });

        await index.Grpc.CallAsync("Upsert", new UpsertRequest { Vectors = { vectors } }, UpsertResponse.Parser);
        var found = await index.Grpc.CallAsync(
            "Query", new QueryRequest { TopK = 200, Vector = { 1, 1 }, IncludeMetadata = true }, QueryResponse.Parser);

        Assert.Equal(200, found.Matches.Count);
        Assert.True(found.CalculateSize() > 4 << 20);
    }

    [Fact]
    public async Task Another_content_type_on_a_method_is_415()
    {
        await using var index = await GrpcIndex.CreateAsync("17830-17839");

        Assert.Equal(415, (await index.Grpc.PostAsync("/VectorService/Upsert", OneRecord, "application/json")).Status);
        Assert.Equal(415, (await index.Grpc.PostAsync("/VectorService/Upsert", OneRecord, "application/grpc-web")).Status);
        Assert.Equal(415, (await index.Grpc.PostAsync("/VectorService/Upsert", OneRecord, "application/grpc", System.Net.HttpVersion.Version11)).Status);
    }

    [Theory]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(InvalidDataException))]
    [InlineData(typeof(OperationCanceledException))]
    [InlineData(typeof(KeyNotFoundException))]
    public async Task A_failure_of_the_server_is_not_taken_for_one_of_the_request(System.Type failure)
    {
        await using var server = TestServer.Listen(null, services => services.AddSingleton<IgnoredFields>(_ => throw (Exception)Activator.CreateInstance(failure)!));
        using var grpc = new GrpcClient(server.Client.BaseAddress!);

        var reply = await grpc.CallAsync("indexes/things/VectorService/Query", new QueryRequest { TopK = 1, Vector = { 1, 0 } }.ToByteArray());

        if (failure == typeof(OperationCanceledException))
            reply.AssertRefused(14, "shutting down");
        else
            reply.AssertRefused(2, "Internal server error");
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }
}
