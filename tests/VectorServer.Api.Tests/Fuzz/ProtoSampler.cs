using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace VectorServer.Api.Tests.Fuzz;

/// <summary>Writes messages that a descriptor allows, or, of a share of the fields, does not: other wire types, other numbers, huge lengths.</summary>
internal sealed class ProtoSampler(Random random, double oddShare)
{
    private const int DepthMax = 5;

    public byte[] Sample(MessageDescriptor message) => Sample(message, 0);

    private byte[] Sample(MessageDescriptor message, int depth)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            foreach (var field in message.Fields.InDeclarationOrder().Where(_ => random.Next(4) > 0))
            {
                for (var count = field.IsRepeated ? random.Next(0, 3) : 1; count > 0; count--)
                    Write(output, field, depth);
            }
        }

        return stream.ToArray();
    }

    private void Write(CodedOutputStream output, FieldDescriptor field, int depth)
    {
        if (random.NextDouble() < oddShare)
            WriteOdd(output, field);
        else if (field.IsPacked)
            WritePacked(output, field);
        else
            WriteValue(output, field, depth);
    }

    private void WriteValue(CodedOutputStream output, FieldDescriptor field, int depth)
    {
        switch (field.FieldType)
        {
            case FieldType.Message when depth < DepthMax:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(Sample(field.MessageType, depth + 1)));
                break;
            case FieldType.Message:
                break;
            case FieldType.String or FieldType.Bytes:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteString(Word(field.Name));
                break;
            case FieldType.Float:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.Fixed32);
                output.WriteFloat(Float());
                break;
            case FieldType.Double:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.Fixed64);
                output.WriteDouble(random.Next(10));
                break;
            default:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.Varint);
                output.WriteUInt64((ulong)random.Next(0, 6));
                break;
        }
    }

    // Vectors have two dimensions, mostly.
    private void WritePacked(CodedOutputStream output, FieldDescriptor field)
    {
        using var packed = new MemoryStream();
        using (var values = new CodedOutputStream(packed, leaveOpen: true))
        {
            for (var count = random.Next(8) == 0 ? random.Next(5) : 2; count > 0; count--)
            {
                if (field.FieldType == FieldType.Float)
                    values.WriteFloat(Float());
                else
                    values.WriteUInt32((uint)random.Next(100));
            }
        }

        output.WriteTag(field.FieldNumber, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(packed.ToArray()));
    }

    private void WriteOdd(CodedOutputStream output, FieldDescriptor field)
    {
        var number = random.Next(4) == 0 ? random.Next(1, 1 << 28) : field.FieldNumber;
        switch (random.Next(6))
        {
            case 0:
                output.WriteTag(number, WireFormat.WireType.Varint);
                output.WriteUInt64((ulong)random.NextInt64(long.MinValue, long.MaxValue));
                break;
            case 1:
                output.WriteTag(number, WireFormat.WireType.Fixed32);
                output.WriteFixed32((uint)random.Next());
                break;
            case 2:
                output.WriteTag(number, WireFormat.WireType.LengthDelimited);
                output.WriteUInt32((uint)random.NextInt64(0, uint.MaxValue)); // a length beyond the message, perhaps negative
                break;
            case 3:
                output.WriteTag(number, random.Next(2) == 0 ? WireFormat.WireType.StartGroup : WireFormat.WireType.EndGroup);
                break;
            case 4:
                output.WriteTag(number, WireFormat.WireType.LengthDelimited);
                output.WriteString(OddValues.Text[random.Next(OddValues.Text.Length)]);
                break;
            default:
                var noise = new byte[random.Next(20)];
                random.NextBytes(noise);
                output.WriteTag(number, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(noise));
                break;
        }
    }

    private string Word(string name) => name == "key" ? new[] { "g", "$and", "$eq", "$in", "$exists", "$x", "" }[random.Next(7)] : JsonSampler.WordFor(random, name, []);

    private float Float()
    {
        if (random.NextDouble() >= oddShare)
            return random.NextSingle();
        float[] odd = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.Epsilon, -0f];
        return odd[random.Next(odd.Length)];
    }
}
