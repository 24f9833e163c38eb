namespace VectorServer.Api.Tests.Fuzz;

/// <summary>What the process holds now, to be compared with later. Garbage is collected first, so what is counted is held by somebody.</summary>
internal sealed class MemoryBudget
{
    // Far above what pools and tables grow by, far below what a few kilobytes forgotten for each request come to.
    private const long HeapBytes = 24 << 20;

    private readonly long _heapBytes = HeldBytes();

    public static long HeldBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    public void AssertKept()
    {
        var now = HeldBytes();
        Assert.True(now - _heapBytes < HeapBytes, $"The heap grew from {_heapBytes:n0} to {now:n0} bytes");
    }
}
