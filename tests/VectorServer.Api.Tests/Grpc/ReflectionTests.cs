using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Reflection.V1;

namespace VectorServer.Api.Tests.Grpc;

public sealed class ReflectionTests
{
    private static readonly ServerReflectionRequest List = new() { ListServices = "*" };

    [Theory]
    [InlineData("v1", "17880-17889")]
    [InlineData("v1alpha", "17890-17899")]
    public async Task The_services_are_listed_without_a_key(string version, string ports)
    {
        await using var index = await GrpcIndex.CreateAsync(ports, ("ApiKeys:0", "right"));

        var answer = Assert.Single(await AskAsync(index, version, List));

        Assert.Equal(
            ["VectorService", "NamespaceAliasService", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"],
            answer.ListServicesResponse.Service.Select(service => service.Name));
    }

    [Theory]
    [InlineData("VectorService", "vector_service.proto,google/protobuf/struct.proto")]
    [InlineData("VectorService.Query", "vector_service.proto,google/protobuf/struct.proto")]
    [InlineData("NamespaceAliasService", "namespace_alias_service.proto,google/protobuf/timestamp.proto,vector_service.proto,google/protobuf/struct.proto")]
    [InlineData("SparseValues", "vector_service.proto,google/protobuf/struct.proto")]
    [InlineData("grpc.health.v1.HealthCheckResponse.ServingStatus", "health.proto")]
    public async Task The_file_of_a_symbol_comes_with_what_it_imports(string symbol, string files)
    {
        await using var index = await GrpcIndex.CreateAsync("17960-17969");

        var answer = Assert.Single(await AskAsync(index, "v1", new ServerReflectionRequest { Host = "h", FileContainingSymbol = symbol }));

        var names = answer.FileDescriptorResponse.FileDescriptorProto.Select(file => FileDescriptorProto.Parser.ParseFrom(file).Name);
        Assert.Equal(files.Split(','), names);
        Assert.Equal(("h", symbol), (answer.ValidHost, answer.OriginalRequest.FileContainingSymbol));
    }

    [Fact]
    public async Task Several_questions_in_one_call_are_answered_in_turn()
    {
        await using var index = await GrpcIndex.CreateAsync("17970-17979");

        var answers = await AskAsync(
            index,
            "v1",
            new() { FileByFilename = "google/protobuf/struct.proto" },
            new() { FileByFilename = "nothing.proto" },
            new() { FileContainingSymbol = "Nothing" },
            new() { AllExtensionNumbersOfType = "Vector" },
            new() { FileContainingExtension = new ExtensionRequest { ContainingType = "Vector", ExtensionNumber = 1 } },
            new());

        Assert.Single(answers[0].FileDescriptorResponse.FileDescriptorProto);
        Assert.Equal("Vector", answers[3].AllExtensionNumbersResponse.BaseTypeName);
        Assert.Equal([5, 5, 5, 3], new[] { 1, 2, 4, 5 }.Select(i => answers[i].ErrorResponse.ErrorCode));
    }

    [Theory]
    [InlineData("00 00 00 00 05 3A", "ends within a message")]
    [InlineData("00 7F FF FF FF", "4096 bytes")]
    [InlineData("00 00 00 00 01 FF", "not a valid")]
    public async Task A_broken_message_ends_the_call_with_its_reason(string bytes, string reason)
    {
        await using var index = await GrpcIndex.CreateAsync("17980-17989");
        var broken = Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal));

        var reply = await index.Grpc.SendAsync(Method("v1"), [.. GrpcClient.Frame(List.ToByteArray()), .. broken]);

        Assert.NotEqual("0", reply.Status);
        Assert.Contains(reason, reply.Message, StringComparison.Ordinal);
        Assert.NotEmpty(ServerReflectionResponse.Parser.ParseFrom(reply.Bytes).ListServicesResponse.Service);
    }

    private static async Task<List<ServerReflectionResponse>> AskAsync(GrpcIndex index, string version, params ServerReflectionRequest[] requests)
    {
        var reply = await index.Grpc.SendAsync(Method(version), [.. requests.SelectMany(request => GrpcClient.Frame(request.ToByteArray()))]);
        Assert.Equal("0", reply.Status);

        var answers = new List<ServerReflectionResponse>();
        for (var at = 0; at < reply.Body.Length;)
        {
            var length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(reply.Body.AsSpan(at + 1));
            answers.Add(ServerReflectionResponse.Parser.ParseFrom(reply.Body, at + 5, length));
            at += 5 + length;
        }

        return answers;
    }

    private static string Method(string version) => $"../grpc.reflection.{version}.ServerReflection/ServerReflectionInfo";
}
