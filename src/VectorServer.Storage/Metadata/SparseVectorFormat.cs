using System.Buffers.Binary;

namespace VectorServer.Storage.Metadata;

/// <summary>
/// Bytes of a sparse vector, little-endian: <c>uint32 count</c>, <c>uint32 indices[count]</c> ascending, <c>float32 values[count]</c>.
/// </summary>
internal static class SparseVectorFormat
{
    public static int SizeOf(SparseVector sparse) => sizeof(uint) + sparse.Indices.Length * (sizeof(uint) + sizeof(float));

    /// <param name="sparse">What to write.</param>
    /// <param name="destination">At least <see cref="SizeOf"/> bytes; only as many are written.</param>
    public static void Write(SparseVector sparse, Span<byte> destination)
    {
        var indices = sparse.Indices.Span;
        var values = sparse.Values.Span;
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)indices.Length);
        var indexBytes = destination[sizeof(uint)..];
        var valueBytes = indexBytes[(indices.Length * sizeof(uint))..];
        for (var i = 0; i < indices.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(indexBytes[(i * sizeof(uint))..], indices[i]);
            BinaryPrimitives.WriteSingleLittleEndian(valueBytes[(i * sizeof(float))..], values[i]);
        }
    }

    public static byte[] ToBytes(SparseVector sparse)
    {
        var bytes = new byte[SizeOf(sparse)];
        Write(sparse, bytes);
        return bytes;
    }

    /// <param name="bytes">Exactly one vector.</param>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: the count and the length disagree.</exception>
    public static SparseVector Read(ReadOnlySpan<byte> bytes)
    {
        var count = bytes.Length < sizeof(uint) ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (count is 0 or > SparseVector.MaxCount || bytes.Length != sizeof(uint) + count * (sizeof(uint) + sizeof(float)))
            throw new StorageException(StorageErrorCode.DataCorruption, "A stored sparse vector is damaged: its count and its length disagree");

        var indices = new uint[count];
        var values = new float[count];
        var indexBytes = bytes[sizeof(uint)..];
        var valueBytes = indexBytes[(indices.Length * sizeof(uint))..];
        for (var i = 0; i < indices.Length; i++)
        {
            indices[i] = BinaryPrimitives.ReadUInt32LittleEndian(indexBytes[(i * sizeof(uint))..]);
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(valueBytes[(i * sizeof(float))..]);
        }

        return SparseVector.FromStored(indices, values);
    }
}
