using Google.Protobuf;
using Grpc.Health.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace VectorServer.Api.Tests.Grpc;

public sealed class HealthTests
{
    private const string Check = "../grpc.health.v1.Health/Check";
    private const string Watch = "../grpc.health.v1.Health/Watch";

    [Theory]
    [InlineData("")]
    [InlineData("VectorService")]
    [InlineData("grpc.health.v1.Health")]
    public async Task The_server_and_its_services_are_serving_without_a_key(string service)
    {
        await using var index = await GrpcIndex.CreateAsync("17840-17849", ("ApiKeys:0", "right"));

        var answer = await index.Grpc.CallAsync(Check, new HealthCheckRequest { Service = service }, HealthCheckResponse.Parser);

        Assert.Equal(ServingStatus.Serving, answer.Status);
    }

    [Theory]
    [InlineData(Check)]
    [InlineData(Watch)]
    [InlineData("../grpc.reflection.v1.ServerReflection/ServerReflectionInfo")]
    public async Task What_needs_no_key_takes_no_large_message(string method)
    {
        await using var index = await GrpcIndex.CreateAsync("17880-17889", ("ApiKeys:0", "right"));

        var reply = await index.Grpc.CallAsync(method, new HealthCheckRequest { Service = new string('x', 5_000) }.ToByteArray());

        Assert.Equal("8", reply.Status);
        Assert.Contains("4096 bytes", reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_not_found()
    {
        await using var index = await GrpcIndex.CreateAsync("17850-17859");

        (await index.Grpc.CallAsync(Check, new HealthCheckRequest { Service = "Nothing" }.ToByteArray())).AssertRefused(5, "Nothing");
    }

    [Fact]
    public async Task A_watch_answers_at_once_and_goes_on_until_its_deadline()
    {
        await using var index = await GrpcIndex.CreateAsync("17860-17869");

        var known = await index.Grpc.CallAsync(Watch, [], ("grpc-timeout", "200m"));
        var unknown = await index.Grpc.CallAsync(Watch, new HealthCheckRequest { Service = "Nothing" }.ToByteArray(), ("grpc-timeout", "200m"));

        Assert.Equal(("4", "Deadline exceeded"), (known.Status, known.Message));
        Assert.Equal(ServingStatus.Serving, HealthCheckResponse.Parser.ParseFrom(known.Bytes).Status);
        Assert.Equal(ServingStatus.ServiceUnknown, HealthCheckResponse.Parser.ParseFrom(unknown.Bytes).Status);
    }

    [Fact]
    public async Task A_watch_ends_with_the_server()
    {
        Task<GrpcReply> watch;
        await using (var index = await GrpcIndex.CreateAsync("17870-17879"))
        {
            // A client of its own: that of the index goes before the server does.
            var client = new GrpcClient(index.Host);
            watch = client.CallAsync(Watch, []);
            await client.CallAsync(Check, []);
        }

        Assert.Equal("14", (await watch).Status);
    }
}
