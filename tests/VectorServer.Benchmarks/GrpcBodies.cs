using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace VectorServer.Benchmarks;

/// <summary>Calls of <c>VectorService</c> as bytes, the same data as <see cref="HttpBench"/> sends as JSON. Field numbers are those of vector_service.proto.</summary>
internal static class GrpcBodies
{
    public static byte[] Upsert(float[] vectors, int dimension, int first, int count) => Call(request =>
    {
        for (var row = first; row < first + count; row++)
        {
            var metadata = new Struct { Fields = { ["group"] = Value.ForNumber(row % 10) } };
            var (id, values) = (row.ToString(CultureInfo.InvariantCulture), vectors.AsMemory(row * dimension, dimension));
            WriteMessage(request, 1, Message(vector =>
            {
                vector.WriteTag(1, WireFormat.WireType.LengthDelimited);
                vector.WriteString(id);
                WriteFloats(vector, 2, values.Span);
                WriteMessage(vector, 3, metadata.ToByteArray());
            }));
        }
    });

    public static byte[] Query(ReadOnlySpan<float> vector, int topK, bool includeValues)
    {
        var values = vector.ToArray();
        return Call(request =>
        {
            request.WriteTag(2, WireFormat.WireType.Varint);
            request.WriteUInt32((uint)topK);
            request.WriteTag(4, WireFormat.WireType.Varint);
            request.WriteBool(includeValues);
            WriteFloats(request, 7, values);
        });
    }

    private static byte[] Call(Action<CodedOutputStream> write) => GrpcCaller.Frame(Message(write));

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
            write(output);
        return bytes.ToArray();
    }

    private static void WriteMessage(CodedOutputStream output, int field, byte[] message)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(message));
    }

    private static void WriteFloats(CodedOutputStream output, int field, ReadOnlySpan<float> values)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteLength(values.Length * sizeof(float));
        foreach (var value in values)
            output.WriteFloat(value);
    }
}
