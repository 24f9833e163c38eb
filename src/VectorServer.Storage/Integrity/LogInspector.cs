using System.Buffers.Binary;
using VectorServer.Storage.Wal;

namespace VectorServer.Storage.Integrity;

/// <summary>A frame of the log that is whole.</summary>
/// <param name="FirstLsn">Of its first operation.</param>
/// <param name="Operations">All of them.</param>
internal sealed record WholeFrame(Lsn FirstLsn, IReadOnlyList<WalOperation> Operations);

/// <summary>Reads a log past its damage: every frame that is whole, and where the others are.</summary>
internal static class LogInspector
{
    /// <param name="walDirectory">The log's.</param>
    /// <param name="findings">Told of damage; a torn tail is none.</param>
    public static List<WholeFrame> Read(string walDirectory, FindingList findings)
    {
        var frames = new List<WholeFrame>();
        var segments = Directory.Exists(walDirectory) ? Directory.GetFiles(walDirectory, "*.wal").Order(StringComparer.Ordinal).ToArray() : [];
        for (var i = 0; i < segments.Length; i++)
            ReadSegment(segments[i], isNewest: i == segments.Length - 1, frames, findings);
        return frames;
    }

    private static void ReadSegment(string path, bool isNewest, List<WholeFrame> frames, FindingList findings)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        var file = $"wal/{Path.GetFileName(path)}";
        var hasHeader = bytes.Length >= WalFormat.SegmentHeaderBytes && WalFormat.IsSegmentHeader(bytes);
        if (!hasHeader)
        {
            if (!isNewest || (bytes.Length >= WalFormat.SegmentHeaderBytes && bytes.ContainsAnyExcept((byte)0)))
                findings.Add(file, "The segment's header is damaged", 0);
        }

        var offset = Math.Min(bytes.Length, WalFormat.SegmentHeaderBytes);
        while (offset < bytes.Length)
        {
            if (WalFormat.TryReadFrame(bytes[offset..], out var frame))
            {
                frames.Add(new WholeFrame(frame.FirstLsn, Operations(bytes.Slice(offset + WalFormat.FrameHeaderBytes, frame.FrameBytes - WalFormat.FrameHeaderBytes), frame)));
                offset += frame.FrameBytes;
                continue;
            }

            var next = NextFrame(bytes, offset + 1);
            if (next is null && isNewest)
                return; // a torn tail: never acknowledged, or not to be told from it
            findings.Add(file, $"{(next ?? bytes.Length) - offset} bytes of the log do not match their checksum", offset);
            offset = next ?? bytes.Length;
        }
    }

    private static List<WalOperation> Operations(ReadOnlySpan<byte> payload, WalFrameHeader frame)
    {
        var operations = new List<WalOperation>(frame.OperationCount);
        for (var i = 0; i < frame.OperationCount; i++)
            operations.Add(WalFormat.ReadOperation(ref payload));
        return operations;
    }

    private static int? NextFrame(ReadOnlySpan<byte> bytes, int offset)
    {
        Span<byte> magic = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(magic, WalFormat.FrameMagic);
        for (; offset < bytes.Length; offset++)
        {
            var found = bytes[offset..].IndexOf(magic);
            if (found < 0)
                return null;
            offset += found;
            if (WalFormat.TryReadFrame(bytes[offset..], out _))
                return offset;
        }

        return null;
    }
}
