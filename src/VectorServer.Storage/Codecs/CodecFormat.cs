using System.Buffers.Binary;
using VectorServer.Storage.Codecs.Pq;
using VectorServer.Storage.Codecs.Rabitq;
using VectorServer.Storage.Codecs.Scalar;
using VectorServer.Storage.Codecs.Spectral;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Codecs;

/// <summary>
/// A codec's calibration as bytes, little-endian:
/// <code>
/// 0   magic "VSCODEC" and format version (2)   8 bytes
/// 8   compression, metric, dimension           3 x int32
/// 20  bytes of the body                        int32
/// 24  body: the space's unit and mean (float64), then the codec's own
/// end CRC32C of all before                     uint32
/// </code>
/// </summary>
internal static class CodecFormat
{
    private const int HeaderBytes = 24;
    private const int ChecksumBytes = 4;

    private static ReadOnlySpan<byte> Magic => "VSCODEC\u0002"u8;

    public static byte[] Write(Codec codec)
    {
        var own = codec.SerializeBody();
        var body = new byte[codec.Space.SerializedBytes + own.Length];
        codec.Space.Write(body);
        own.CopyTo(body, codec.Space.SerializedBytes);
        var bytes = new byte[HeaderBytes + body.Length + ChecksumBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), (int)codec.Compression);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), (int)codec.Metric);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), codec.Dimension);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), body.Length);
        body.CopyTo(bytes, HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(HeaderBytes + body.Length), Crc32C.Compute(bytes.AsSpan(0, HeaderBytes + body.Length)));
        return bytes;
    }

    public static Codec Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes + ChecksumBytes || !bytes[..8].SequenceEqual(Magic))
            throw Corrupt("it does not begin as one");
        if (BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]) != bytes.Length - HeaderBytes - ChecksumBytes)
            throw Corrupt("its length differs from the one it states");
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[^ChecksumBytes..]) != Crc32C.Compute(bytes[..^ChecksumBytes]))
            throw Corrupt("its checksum does not match");

        var compression = (Compression)BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        var metric = (Metric)BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        var dimension = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]);
        var body = bytes[HeaderBytes..^ChecksumBytes];
        var space = RowSpace.Read(metric, dimension, ref body);
        return compression switch
        {
            Compression.SpectralK64 or Compression.SpectralK128 or Compression.SpectralK256 => SpectralCodec.Deserialize(compression, space, body),
            Compression.Spectral4Bit or Compression.Spectral2Bit or Compression.Spectral1Bit or Compression.Sq8 =>
                ScalarCodec.Deserialize(compression, space, body),
            Compression.Pq => PqCodec.Deserialize(space, body),
            Compression.Rabitq => RabitqCodec.Deserialize(space, body),
            _ => throw Corrupt($"compression {(int)compression} is unknown"),
        };
    }

    /// <summary>Whether an earlier version of this format wrote them, whole.</summary>
    public static bool IsOfEarlierVersion(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= HeaderBytes + ChecksumBytes
        && bytes[..7].SequenceEqual(Magic[..7])
        && bytes[7] < Magic[7]
        && BinaryPrimitives.ReadUInt32LittleEndian(bytes[^ChecksumBytes..]) == Crc32C.Compute(bytes[..^ChecksumBytes]);

    internal static StorageException Corrupt(string why) =>
        new(StorageErrorCode.DataCorruption, $"The calibration of a code cannot be read: {why}.");
}
