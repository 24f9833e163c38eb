using System.Text;

namespace VectorServer.Api.Logging;

/// <summary>
/// The console's output, written a few milliseconds later in one piece: a line of its own for each request would cost a system call each,
/// which under load is much of what a request costs. Lines keep their order. The last are written when the process ends, also by an exception
/// that nobody caught; only what ends it from outside, as SIGKILL does, takes those of the last milliseconds with it.
/// </summary>
internal sealed class BatchedOutput : TextWriter
{
    private const int BytesMax = 1 << 20; // who writes faster than is read waits, as without a batch
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(5);

    private readonly Stream _stream;
    private readonly Lock _writing = new(); // of the stream: batches keep their order
    private readonly object _gathering = new();
    private readonly Thread _thread;
    private byte[] _gathered = new byte[1 << 12];
    private byte[] _written = new byte[1 << 12];
    private int _count;
    private char? _highSurrogate; // whose other half comes with the next call
    private bool _isEnding;

    public BatchedOutput(Stream stream)
    {
        _stream = stream;
        _thread = new Thread(WriteBatches) { IsBackground = true, Name = "Console output" };
        _thread.Start();
    }

    /// <summary>Takes the place of the console's output until it is disposed.</summary>
    public static BatchedOutput ForConsole()
    {
        var output = new BatchedOutput(Console.OpenStandardOutput());
        Console.SetOut(output);
        AppDomain.CurrentDomain.UnhandledException += (_, _) => output.WriteGathered();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => output.WriteGathered();
        return output;
    }

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void WriteLine(string? value) => Write(string.Concat(value, CoreNewLine));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (buffer.IsEmpty)
            return;
        lock (_gathering)
        {
            while (_count > BytesMax && !_isEnding)
                Monitor.Wait(_gathering);
            if (_highSurrogate is { } high)
            {
                buffer = string.Concat([high], buffer);
                _highSurrogate = null;
            }

            if (char.IsHighSurrogate(buffer[^1]))
            {
                _highSurrogate = buffer[^1];
                buffer = buffer[..^1];
            }

            var bytes = Encoding.UTF8.GetMaxByteCount(buffer.Length);
            if (_gathered.Length - _count < bytes)
                Array.Resize(ref _gathered, Math.Max(_gathered.Length * 2, _count + bytes));
            var isFirst = _count == 0;
            _count += Encoding.UTF8.GetBytes(buffer, _gathered.AsSpan(_count));
            if (isFirst)
                Monitor.PulseAll(_gathering);
        }
    }

    /// <summary>Does nothing: who writes a line asks for this after each.</summary>
    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_gathering)
            {
                _isEnding = true;
                Monitor.PulseAll(_gathering);
            }

            _thread.Join();
            WriteGathered();
        }

        base.Dispose(disposing);
    }

    private void WriteBatches()
    {
        while (true)
        {
            lock (_gathering)
            {
                while (_count == 0 && !_isEnding)
                    Monitor.Wait(_gathering);
                if (_isEnding)
                    return;
            }

            Thread.Sleep(Delay);
            WriteGathered();
        }
    }

    private void WriteGathered()
    {
        lock (_writing)
        {
            int count;
            lock (_gathering)
            {
                (_gathered, _written) = (_written, _gathered);
                (count, _count) = (_count, 0);
                Monitor.PulseAll(_gathering);
            }

            try
            {
                _stream.Write(_written, 0, count);
                _stream.Flush();
            }
            catch (IOException)
            {
                // Nobody reads the log any more, which must not stop the server.
            }
        }
    }
}
