using System.Buffers;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>A query vector that holds its query in the middle: checked, its snapshot taken, and not yet scanned, until it is let go.</summary>
internal sealed class HeldVector(float[] values) : MemoryManager<float>
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _go = new();
    private int _spans;

    /// <summary>Ends when the query is held.</summary>
    public Task Reached => _reached.Task;

    public override Memory<float> Memory => CreateMemory(values.Length); // without a look at the span

    public void LetGo() => _go.Set();

    public override Span<float> GetSpan()
    {
        // The first look is the check of the query; the second comes with the scan.
        if (Interlocked.Increment(ref _spans) == 2)
        {
            _reached.SetResult();
            _go.Wait();
        }

        return values;
    }

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

    public override void Unpin() => throw new NotSupportedException();

    protected override void Dispose(bool disposing) => _go.Dispose();
}
