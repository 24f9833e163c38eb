using System.Buffers.Binary;
using System.Numerics;

namespace VectorServer.Storage.IO;

/// <summary>CRC-32C (Castagnoli) over spans, by the processor's instruction where it has one.</summary>
internal static class Crc32C
{
    /// <summary>What <see cref="Append"/> begins with.</summary>
    public const uint Seed = uint.MaxValue;

    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Append(Seed, bytes);

    /// <summary>The checksum of two parts as if they were one.</summary>
    public static uint Compute(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => ~Append(Append(Seed, first), second);

    /// <summary>The checksum of three parts as if they were one.</summary>
    public static uint Compute(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third) =>
        ~Append(Append(Append(Seed, first), second), third);

    /// <summary>The checksum of what came out of <see cref="Append"/> last.</summary>
    public static uint Finish(uint crc) => ~crc;

    /// <summary>Goes on over more bytes.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return crc;
    }
}
