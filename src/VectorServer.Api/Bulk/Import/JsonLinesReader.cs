namespace VectorServer.Api.Bulk.Import;

/// <summary>The lines of a file that are not blank, one at a time, in memory that the longest line bounds.</summary>
internal sealed class JsonLinesReader(string path) : IDisposable
{
    /// <summary>Longest line: a vector of 20,000 components with the most metadata and sparse values takes half of it.</summary>
    public const int LineBytesMax = 2 << 20;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private readonly FileStream _file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
    private byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;
    private int _lineStart;
    private int _lineLength;
    private bool _fileEnded;

    /// <summary>The line found last, without its end; valid until the next. Empty when it <see cref="IsTooLong"/>.</summary>
    public ReadOnlySpan<byte> Line => _buffer.AsSpan(_lineStart, _lineLength);

    public bool IsTooLong { get; private set; }

    /// <summary>Number of the line found last, blank ones counted, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Bytes behind.</summary>
    public long BytesRead { get; private set; }

    /// <summary>How many lines of a file are not blank.</summary>
    public static long Count(string path)
    {
        using var lines = new JsonLinesReader(path);
        var count = 0L;
        while (lines.Next())
            count++;
        return count;
    }

    /// <summary>Finds the next line; false at the end of the file.</summary>
    public bool Next()
    {
        while (TakeLine())
        {
            LineNumber++;
            if (LineNumber == 1 && Line.StartsWith(ByteOrderMark))
                (_lineStart, _lineLength) = (_lineStart + ByteOrderMark.Length, _lineLength - ByteOrderMark.Length);
            if (IsTooLong || Line.ContainsAnyExcept(" \t\r"u8))
                return true;
        }

        return false;
    }

    public void Dispose() => _file.Dispose();

    private bool TakeLine()
    {
        IsTooLong = false;
        var searched = 0;
        while (true)
        {
            var rest = _buffer.AsSpan(_start, _end - _start);
            var length = rest[searched..].IndexOf((byte)'\n');
            if (length >= 0 || (_fileEnded && (rest.Length > 0 || IsTooLong)))
            {
                var found = length >= 0 ? searched + length : rest.Length;
                (_lineStart, _lineLength) = (_start, IsTooLong ? 0 : found);
                var taken = length >= 0 ? found + 1 : found;
                _start += taken;
                BytesRead += taken;
                return true;
            }

            if (_fileEnded)
                return false;
            if (rest.Length >= LineBytesMax)
            {
                IsTooLong = true;
                BytesRead += rest.Length;
                _start = _end;
            }

            searched = _end - _start;
            Fill();
        }
    }

    private void Fill()
    {
        var rest = _buffer.AsSpan(_start, _end - _start);
        if (rest.Length > _buffer.Length / 2)
        {
            var larger = new byte[_buffer.Length * 2];
            rest.CopyTo(larger);
            _buffer = larger;
        }
        else
        {
            rest.CopyTo(_buffer);
        }

        (_start, _end) = (0, rest.Length);
        var read = _file.Read(_buffer, _end, _buffer.Length - _end);
        _fileEnded = read == 0;
        _end += read;
    }
}
