using Google.Protobuf;
using VectorServer.Api.Tests.Grpc;

namespace VectorServer.Api.Tests.Conformance;

/// <summary>Calls one gRPC method.</summary>
internal sealed class GrpcProbe(GrpcClient client, string service, string method)
{
    private const string Unimplemented = "12";

    /// <summary>A call that must succeed.</summary>
    public async Task<T> SucceedAsync<T>(IMessage request, MessageParser<T> answer, string version = "2026-07")
        where T : IMessage<T> => answer.ParseFrom(await SucceedAsync(request.ToByteArray(), version));

    public async Task<byte[]> SucceedAsync(byte[] request, string version = "2026-07")
    {
        var reply = await CallAsync(request, version);
        return reply.Status == "0" ? reply.Bytes : throw new NonconformityException($"answers {reply.Status}: {reply.Message}");
    }

    public Task RefuseAsync(int status, IMessage request) => RefuseAsync(status, request.ToByteArray());

    public async Task RefuseAsync(int status, byte[] request)
    {
        var reply = await CallAsync(request, "2026-07");
        if (reply.Status != $"{status}" || reply.Message.Length == 0)
            throw new NonconformityException($"answers {reply.Status} '{reply.Message}' where it must refuse with {status}");
    }

    /// <summary>Calls another method of <c>VectorService</c> first.</summary>
    public async Task ArrangeAsync(string before, IMessage request)
    {
        var reply = await client.CallAsync(before, request.ToByteArray());
        if (reply.Status != "0")
            throw new NonconformityException($"{before} before it answers {reply.Status}: {reply.Message}");
    }

    private async Task<GrpcReply> CallAsync(byte[] request, string version)
    {
        var reply = await client.CallAsync($"../{service}/{method}", request, ("x-pinecone-api-version", version));
        return reply.Status == Unimplemented ? throw new NotOfferedException() : reply;
    }
}
