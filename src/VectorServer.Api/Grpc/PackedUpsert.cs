using Google.Protobuf;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Grpc;

/// <summary>Reads upserts with their vectors copied whole; packed_values.proto says how.</summary>
internal static class PackedUpsert
{
    private static readonly MessageParser<Proto.Packed.UpsertRequest> Parser = Proto.Packed.UpsertRequest.Parser.WithDiscardUnknownFields(true);

    /// <exception cref="InvalidProtocolBufferException">The message is malformed.</exception>
    public static UpsertRequest Read(ReadOnlySpan<byte> message)
    {
        var packed = Parser.ParseFrom(message);

        // Floats may also come one by one or in several packs, of which a bytes field keeps none or the last. What was kept is then shorter
        // than what came, and the reader of floats is asked; fields of later versions send it there as well.
        var isWhole = packed.CalculateSize() == message.Length && packed.Vectors.All(vector => vector.Values.Length % sizeof(float) == 0);
        return isWhole ? packed.ToWire() : Proto.UpsertRequest.Parser.ParseFrom(message).ToWire();
    }
}
