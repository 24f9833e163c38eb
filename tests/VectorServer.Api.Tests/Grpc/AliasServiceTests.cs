using Google.Protobuf;
using VectorServer.Api.Grpc.Proto;

namespace VectorServer.Api.Tests.Grpc;

public sealed class AliasServiceTests
{
    [Fact]
    public async Task What_gRPC_makes_REST_finds()
    {
        await using var index = await GrpcIndex.CreateAsync("18700-18704");
        await index.Grpc.CallAsync("Upsert", new UpsertRequest { Namespace = "blue", Vectors = { new Vector { Id = "a", Values = { 1, 0 } } } }, UpsertResponse.Parser);

        var created = await CallAsync(
            index, "CreateNamespaceAlias", new CreateNamespaceAliasRequest { Name = "live", TargetNamespace = "blue" }, NamespaceAliasDescription.Parser);
        var rest = (await index.GetAsync("/namespace-aliases/live")).Json;
        var described = await CallAsync(
            index, "DescribeNamespaceAlias", new DescribeNamespaceAliasRequest { AliasName = "live" }, NamespaceAliasDescription.Parser);
        var listed = await CallAsync(index, "ListNamespaceAliases", new ListNamespaceAliasesRequest { Prefix = "l" }, ListNamespaceAliasesResponse.Parser);
        var found = await index.Grpc.CallAsync("Fetch", new FetchRequest { Namespace = "live", Ids = { "a" } }, FetchResponse.Parser);

        Assert.Equal(created, described);
        Assert.Equal([created], listed.NamespaceAliases);
        Assert.Equal(1, listed.TotalCount);
        Assert.Null(listed.Pagination);
        Assert.Equal(rest.GetProperty("created_at").GetDateTimeOffset(), created.CreatedAt.ToDateTimeOffset());
        Assert.Equal(rest.GetProperty("updated_at").GetDateTimeOffset(), created.UpdatedAt.ToDateTimeOffset());
        Assert.Equal(("blue", "a"), (found.Namespace, Assert.Single(found.Vectors).Key));

        var repointed = await CallAsync(
            index, "RepointNamespaceAlias", new RepointNamespaceAliasRequest { AliasName = "live", TargetNamespace = "__default__" }, NamespaceAliasDescription.Parser);
        Assert.Equal("__default__", repointed.TargetNamespace);
        await CallAsync(index, "DeleteNamespaceAlias", new DeleteNamespaceAliasRequest { AliasName = "live" }, DeleteNamespaceAliasResponse.Parser);
        Assert.Equal(404, (await index.GetAsync("/namespace-aliases/live")).Status);
    }

    [Fact]
    public async Task Messages_have_the_documented_numbers()
    {
        await using var index = await GrpcIndex.CreateAsync("18705-18709");

        // name: "live" target_namespace: "__default__"
        var created = await index.Grpc.CallAsync("NamespaceAliasService/CreateNamespaceAlias", Bytes("0A 04 6C697665 12 0B 5F5F64656661756C745F5F"));
        // limit: 1 prefix: "l" target_namespace: "__default__"
        var listed = await index.Grpc.CallAsync("NamespaceAliasService/ListNamespaceAliases", Bytes("10 01 1A 01 6C 22 0B 5F5F64656661756C745F5F"));
        // alias_name: "live"
        var deleted = await index.Grpc.CallAsync("NamespaceAliasService/DeleteNamespaceAlias", Bytes("0A 04 6C697665"));

        // name, target_namespace, created_at { seconds nanos } updated_at { the same }
        var description = Convert.ToHexString(created.Bytes);
        Assert.StartsWith("0A046C697665" + "120B5F5F64656661756C745F5F" + "1A", description, StringComparison.Ordinal);
        var timeLength = created.Bytes[20];
        var time = created.Bytes[21..(21 + timeLength)];
        Assert.Equal(0x08, time[0]);
        Assert.Equal([0x22, timeLength, .. time], created.Bytes[(21 + timeLength)..]);
        // namespace_aliases { the description } total_count: 1
        Assert.Equal("0A" + created.Bytes.Length.ToString("X2", System.Globalization.CultureInfo.InvariantCulture) + description + "1801", Convert.ToHexString(listed.Bytes));
        Assert.Equal("0", deleted.Status);
        Assert.Empty(deleted.Bytes);
    }

    [Fact]
    public async Task A_page_token_of_one_protocol_goes_on_in_the_other()
    {
        await using var index = await GrpcIndex.CreateAsync("18710-18714");
        foreach (var name in new[] { "a", "b", "c" })
            await CallAsync(index, "CreateNamespaceAlias", new CreateNamespaceAliasRequest { Name = name, TargetNamespace = "__default__" }, NamespaceAliasDescription.Parser);

        var first = await CallAsync(index, "ListNamespaceAliases", new ListNamespaceAliasesRequest { Limit = 2 }, ListNamespaceAliasesResponse.Parser);
        var second = await index.GetAsync($"/namespace-aliases?paginationToken={first.Pagination.Next}");

        Assert.Equal(["a", "b"], first.NamespaceAliases.Select(alias => alias.Name));
        Assert.Equal("c", Assert.Single(second.Json.GetProperty("namespace_aliases").EnumerateArray()).GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_refusal_carries_its_reason_in_the_details_of_the_status()
    {
        await using var index = await GrpcIndex.CreateAsync("18715-18719");
        var request = new CreateNamespaceAliasRequest { Name = "live", TargetNamespace = "__default__" };
        await CallAsync(index, "CreateNamespaceAlias", request, NamespaceAliasDescription.Parser);

        var taken = await index.Grpc.CallAsync("NamespaceAliasService/CreateNamespaceAlias", request.ToByteArray());
        var write = await index.Grpc.CallAsync("Delete", new DeleteRequest { Namespace = "live", DeleteAll = true }.ToByteArray());
        var filter = await index.Grpc.CallAsync("NamespaceAliasService/ListNamespaceAliases", new ListNamespaceAliasesRequest { TargetNamespace = "" }.ToByteArray());
        var limit = await index.Grpc.CallAsync("NamespaceAliasService/ListNamespaceAliases", new ListNamespaceAliasesRequest { Limit = 0 }.ToByteArray());
        var old = await index.Grpc.CallAsync("NamespaceAliasService/ListNamespaceAliases", [], ("x-pinecone-api-version", "2025-10"));
        var plain = await index.Grpc.CallAsync("NamespaceAliasService/DescribeNamespaceAlias", new DescribeNamespaceAliasRequest { AliasName = "x" }.ToByteArray());

        taken.AssertRefused(6, "already exists");
        var info = ReasonOf(taken);
        Assert.Equal(("ALIAS_ALREADY_EXISTS", "vectorserver", "__default__"), (info.Reason, info.Domain, info.Metadata["target_namespace"]));
        write.AssertRefused(9, "alias");
        Assert.Equal("WRITE_TO_ALIAS", ReasonOf(write).Reason);
        Assert.Equal("TARGET_FILTER_EMPTY", ReasonOf(filter).Reason);
        Assert.Equal("LIST_INVALID_LIMIT", ReasonOf(limit).Reason);
        Assert.Equal("API_VERSION_TOO_OLD", ReasonOf(old).Reason);
        plain.AssertRefused(5, "not found");
        Assert.False(plain.Headers.Contains("grpc-status-details-bin"));
    }

    private static Google.Rpc.ErrorInfo ReasonOf(GrpcReply reply)
    {
        var bytes = Convert.FromBase64String(Assert.Single(reply.Headers.GetValues("grpc-status-details-bin")));
        var status = Google.Rpc.Status.Parser.ParseFrom(bytes);
        Assert.Equal((reply.Status, reply.Message), (status.Code.ToString(System.Globalization.CultureInfo.InvariantCulture), status.Message));
        Assert.Equal("type.googleapis.com/google.rpc.ErrorInfo", Assert.Single(status.Details).TypeUrl);
        return status.Details[0].Unpack<Google.Rpc.ErrorInfo>();
    }

    private static Task<T> CallAsync<T>(GrpcIndex index, string method, IMessage request, MessageParser<T> answer)
        where T : IMessage<T> => index.Grpc.CallAsync("NamespaceAliasService/" + method, request, answer);

    private static byte[] Bytes(string spaced) => Convert.FromHexString(spaced.Replace(" ", "", StringComparison.Ordinal));
}
