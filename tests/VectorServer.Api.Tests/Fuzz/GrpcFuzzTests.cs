using System.Buffers.Binary;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using VectorServer.Api.Grpc;
using VectorServer.Api.Grpc.Proto;
using VectorServer.Api.Tests.Grpc;

namespace VectorServer.Api.Tests.Fuzz;

/// <summary>Calls of every method, valid, odd and broken, in frames and out of them.</summary>
[Collection(FuzzAlone.Name)]
public sealed class GrpcFuzzTests
{
    private const int ProblemsMax = 20;
    private const int CallsPerRepair = 40;

    private static readonly MethodDescriptor[] Methods =
        [.. GrpcServices.All.SelectMany(service => service.Methods)];

    // Refusals and deadlines: neither unknown (2), internal (13) nor data loss (15).
    private static readonly HashSet<string> Declared = ["0", "3", "4", "5", "6", "7", "8", "9", "11", "16"];

    // What is carried out. Behind it, other fields are merged into it.
    private static readonly Dictionary<string, IMessage> Seeds = new()
    {
        ["Upsert"] = new UpsertRequest { Namespace = "n", Vectors = { new Vector { Id = "a", Values = { 1, 0 }, SparseValues = new SparseValues { Indices = { 1 }, Values = { 1 } } } } },
        ["Query"] = new QueryRequest { Namespace = "n", Vector = { 1, 0 }, TopK = 3, IncludeMetadata = true },
        ["Update"] = new UpdateRequest { Namespace = "n", Id = "a", Values = { 0, 1 } },
        ["Delete"] = new DeleteRequest { Namespace = "n", Ids = { "c" } },
        ["Fetch"] = new FetchRequest { Namespace = "n", Ids = { "a" } },
        ["CreateNamespaceAlias"] = new CreateNamespaceAliasRequest { Name = "spare", TargetNamespace = "n" },
        ["DescribeNamespaceAlias"] = new DescribeNamespaceAliasRequest { AliasName = "live" },
        ["RepointNamespaceAlias"] = new RepointNamespaceAliasRequest { AliasName = "live", TargetNamespace = "m" },
        ["DeleteNamespaceAlias"] = new DeleteNamespaceAliasRequest { AliasName = "live" },
    };

    [Fact]
    public async Task No_call_breaks_the_server_its_answers_or_its_memory()
    {
        await using var server = await FuzzServer.StartAsync("18850-18899");
        GrpcClient? client = null;
        var (problems, successes) = (new List<string>(), new HashSet<string>());
        MemoryBudget? budget = null;
        for (var i = 0; i < FuzzSize.GrpcCalls && problems.Count < ProblemsMax; i++)
        {
            if (i % CallsPerRepair == 0)
            {
                client?.Dispose();
                client = new GrpcClient(await server.MakeReadyAsync());
            }

            if (i == FuzzSize.GrpcCalls / 5)
                budget = new MemoryBudget();
            var random = new Random(FuzzSize.Seed + i);
            var method = Methods[i % Methods.Length];
            var body = BodyOf(random, method, out var isEncodingUnknown);
            try
            {
                var reply = await client!.SendAsync($"{method.Service.FullName}/{method.Name}", body, Metadata(random, method));
                if (!Declared.Contains(reply.Status) && !(reply.Status == "12" && isEncodingUnknown))
                    problems.Add($"Seed {FuzzSize.Seed + i}, {method.FullName} answers {reply.Status} {reply.Message}: {Convert.ToHexString(body)}");
                if (reply.Status == "0")
                    successes.Add(method.FullName);
            }
            catch (Exception failure) when (failure is HttpRequestException or Xunit.Sdk.XunitException or IOException)
            {
                problems.Add($"Seed {FuzzSize.Seed + i}, {method.FullName} fails with {failure.Message}: {Convert.ToHexString(body)}");
            }
        }

        client!.Dispose();
        Assert.True(problems.Count == 0, string.Join("\n", problems));
        await server.AssertWellAsync();
        await server.RemoveAllAsync();
        budget!.AssertKept();
        TestContext.Current.TestOutputHelper!.WriteLine($"{successes.Count} of {Methods.Length} methods succeeded at least once, not {string.Join(", ", Methods.Select(method => method.FullName).Except(successes))}");
        Assert.True(successes.Count > Methods.Length * 3 / 4, $"Only {successes.Count} of {Methods.Length} methods ever succeeded");
    }

    private static byte[] BodyOf(Random random, MethodDescriptor method, out bool isEncodingUnknown)
    {
        var kind = random.Next(10);
        var sampled = new ProtoSampler(random, kind is >= 3 and <= 5 ? 0.1 : 0).Sample(method.InputType);
        var valid = random.Next(2) == 0 && Seeds.TryGetValue(method.Name, out var seed) ? kind is >= 3 and <= 5 ? [.. seed.ToByteArray(), .. sampled] : seed.ToByteArray() : sampled;
        isEncodingUnknown = kind >= 8; // the flag of compression may be set
        switch (kind)
        {
            case 6 or 7:
                return GrpcClient.Frame(Mutation.Bytes(random, valid));
            case 8:
                return Mutation.Bytes(random, GrpcClient.Frame(valid));
            case 9:
                var frame = GrpcClient.Frame(valid, compressed: random.Next(2) == 0);
                BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)random.NextInt64(uint.MaxValue));
                return frame;
            default:
                return GrpcClient.Frame(valid);
        }
    }

    // A watch ends only by its deadline.
    private static (string Name, string Value)[] Metadata(Random random, MethodDescriptor method)
    {
        string[] timeouts = ["", "-1S", "99999999H", "1n", "x", "1.5S"];
        string[] encodings = ["identity", "gzip", "br", ""];
        return
        [
            ("api-key", FuzzServer.Key),
            ("x-pinecone-api-version", random.Next(2) == 0 ? "2026-07" : OddValues.Versions[random.Next(OddValues.Versions.Length)]),
            .. method.IsServerStreaming ? [("grpc-timeout", "20m")] : random.Next(8) == 0 ? [("grpc-timeout", timeouts[random.Next(timeouts.Length)])] : ((string, string)[])[],
            .. random.Next(6) == 0 ? [("grpc-encoding", encodings[random.Next(encodings.Length)])] : ((string, string)[])[],
        ];
    }
}
