using Google.Protobuf;
using VectorServer.Api.Grpc.Proto;

namespace VectorServer.Api.Tests.Conformance;

/// <summary>The methods of <c>NamespaceAliasService</c>, their messages written and read by the documented field numbers.</summary>
internal static class GrpcAliasMethods
{
    private const string Service = "NamespaceAliasService";

    private static readonly uint[] DescriptionFields = [1, 2, 3, 4]; // name, target_namespace, created_at, updated_at

    public static (string Service, string Method, Func<GrpcProbe, Task> Try)[] All { get; } =
    [
        (Service, "CreateNamespaceAlias", CreateAsync),
        (Service, "ListNamespaceAliases", ListAsync),
        (Service, "DescribeNamespaceAlias", DescribeAsync),
        (Service, "RepointNamespaceAlias", RepointAsync),
        (Service, "DeleteNamespaceAlias", DeleteAsync),
    ];

    // The methods follow each other: each finds the alias as the one before left it.
    private static async Task CreateAsync(GrpcProbe probe)
    {
        foreach (var ns in (string[])["alias-one", "alias-two"])
            await probe.ArrangeAsync("CreateNamespace", new CreateNamespaceRequest { Name = ns });
        RequireDescription(await probe.SucceedAsync(Message("live", "alias-one")), "alias-one");
        await probe.RefuseAsync(6, Message("live", "alias-one"));
        await probe.RefuseAsync(3, Message("other", "missing"));
    }

    private static async Task ListAsync(GrpcProbe probe)
    {
        var list = Fields(await probe.SucceedAsync([]));
        RequireDescription(list.Single(field => field.Number == 1).Bytes, "alias-one");
        await probe.RefuseAsync(3, [2 << 3, 101]); // limit: 101
    }

    private static async Task DescribeAsync(GrpcProbe probe)
    {
        RequireDescription(await probe.SucceedAsync(Message("live")), "alias-one");
        await probe.RefuseAsync(5, Message("missing"));
    }

    private static async Task RepointAsync(GrpcProbe probe)
    {
        RequireDescription(await probe.SucceedAsync(Message("live", "alias-two")), "alias-two");
        await probe.RefuseAsync(5, Message("missing", "alias-two"));
    }

    private static async Task DeleteAsync(GrpcProbe probe)
    {
        Assert.Empty(await probe.SucceedAsync(Message("live")));
        await probe.RefuseAsync(5, Message("live"));
    }

    private static void RequireDescription(byte[] message, string target)
    {
        var fields = Fields(message);
        Assert.Equal(DescriptionFields, fields.Select(field => field.Number));
        Assert.Equal(["live", target], fields.Take(2).Select(field => System.Text.Encoding.UTF8.GetString(field.Bytes)));
    }

    /// <summary>Strings, numbered from 1.</summary>
    private static byte[] Message(params string[] texts)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            for (var i = 0; i < texts.Length; i++)
            {
                output.WriteTag(i + 1, WireFormat.WireType.LengthDelimited);
                output.WriteString(texts[i]);
            }
        }

        return stream.ToArray();
    }

    /// <summary>The fields that hold text or messages, as they come.</summary>
    private static List<(uint Number, byte[] Bytes)> Fields(byte[] message)
    {
        var fields = new List<(uint, byte[])>();
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                fields.Add(((uint)WireFormat.GetTagFieldNumber(tag), input.ReadBytes().ToByteArray()));
            else
                input.SkipLastField();
        }

        return fields;
    }
}
