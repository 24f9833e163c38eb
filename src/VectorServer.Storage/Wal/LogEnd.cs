using System.IO.Enumeration;

namespace VectorServer.Storage.Wal;

/// <summary>Where a log ends that nobody writes to, found without applying or changing anything.</summary>
/// <param name="Lsn">The newest operation in the log, or what the data files hold where that is newer.</param>
/// <param name="OperationBytes">Of all segments.</param>
internal readonly record struct LogEnd(Lsn Lsn, long OperationBytes)
{
    /// <summary>The end; null where anything is missing, torn or damaged, which only an opening may judge.</summary>
    /// <param name="directory">The log's.</param>
    /// <param name="after">What the data files hold.</param>
    /// <param name="hasBegun">Whether it ever had a segment.</param>
    public static LogEnd? Find(string directory, Lsn after, bool hasBegun)
    {
        var segments = new FileSystemEnumerable<(string Path, long Length)>(directory, (ref FileSystemEntry entry) => (entry.ToFullPath(), entry.Length))
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => entry.FileName.EndsWith(".wal", StringComparison.Ordinal),
        }.Order().ToArray();
        if (segments.Length == 0 ? hasBegun : WalReader.FirstLsn(segments[0].Path) > after.Value + 1)
            return null;
        var last = after;
        var total = 0L;
        for (var i = 0; i < segments.Length; i++)
        {
            var limit = i + 1 < segments.Length ? WalReader.FirstLsn(segments[i + 1].Path) : long.MaxValue;
            if (segments[i].Length == WalFormat.SegmentHeaderBytes)
                continue; // most are: nothing was written since the checkpoint
            if (EndOf(segments[i].Path, limit, ref last) is not { } bytes)
                return null;
            total += bytes;
        }

        return new LogEnd(last, total);
    }

    /// <returns>Bytes of the segment's operations; null where it is not whole.</returns>
    private static long? EndOf(string path, long limit, ref Lsn last)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        if (bytes.Length < WalFormat.SegmentHeaderBytes || !WalFormat.IsSegmentHeader(bytes))
            return null;
        var offset = WalFormat.SegmentHeaderBytes;
        while (WalFormat.TryReadFrame(bytes[offset..], out var frame) && frame.FirstLsn.Value < limit)
        {
            if (frame.FirstLsn.Value > last.Value + 1)
                return null;
            last = new Lsn(Math.Max(last.Value, frame.FirstLsn.Value + frame.OperationCount - 1));
            offset += frame.FrameBytes;
        }

        var isWhole = offset == bytes.Length || (limit != long.MaxValue && last.Value + 1 >= limit);
        return isWhole ? offset - WalFormat.SegmentHeaderBytes : null;
    }
}
