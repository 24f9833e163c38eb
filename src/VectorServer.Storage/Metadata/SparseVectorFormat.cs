using System.Buffers.Binary;
using System.Runtime.InteropServices;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Metadata;

/// <summary>A sparse vector as bytes, in the log and in SQLite, little-endian: <c>count i32 | indices u32[count] | values f32[count]</c>.</summary>
internal static class SparseVectorFormat
{
    public static byte[] Encode(SparseVector vector)
    {
        var count = vector.Indices.Length;
        var bytes = new byte[sizeof(int) + (count * (sizeof(uint) + sizeof(float)))];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, count);
        MemoryMarshal.AsBytes(vector.Indices.Span).CopyTo(bytes.AsSpan(sizeof(int)));
        MemoryMarshal.AsBytes(vector.Values.Span).CopyTo(bytes.AsSpan(sizeof(int) + (count * sizeof(uint))));
        return bytes;
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: the length does not fit the count.</exception>
    public static SparseVector Decode(ReadOnlySpan<byte> bytes)
    {
        var count = bytes.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (count is < 0 or > SparseVector.MaxCount || bytes.Length != sizeof(int) + (count * (sizeof(uint) + sizeof(float))))
            throw new StorageException(StorageErrorCode.DataCorruption, "A stored sparse vector is damaged");

        var indices = bytes.Slice(sizeof(int), count * sizeof(uint));
        return SparseVector.FromStored(
            MemoryMarshal.Cast<byte, uint>(indices).ToArray(), MemoryMarshal.Cast<byte, float>(bytes[(sizeof(int) + indices.Length)..]).ToArray());
    }
}
