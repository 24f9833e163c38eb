using System.Runtime.InteropServices;

namespace VectorServer.Benchmarks;

/// <summary>Memory on huge pages where the system gives them: with 4 KiB pages a scan measures the page tables too.</summary>
internal sealed unsafe partial class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    private const nuint HugePageBytes = 2 << 20;
    private T* _start;

    public NativeBuffer(int length)
    {
        Length = length;
        var bytes = ((nuint)length * (nuint)sizeof(T) + HugePageBytes - 1) / HugePageBytes * HugePageBytes;
        _start = (T*)NativeMemory.AlignedAlloc(bytes, HugePageBytes);
        if (OperatingSystem.IsLinux())
            _ = NativeMethods.Advise(_start, bytes, NativeMethods.HugePage);

        Span.Clear();
    }

    public int Length { get; }

    public Span<T> Span => new(_start, Length);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_start);
        _start = null;
    }
}

internal static unsafe partial class NativeMethods
{
    public const int HugePage = 14; // MADV_HUGEPAGE

    [LibraryImport("libc", EntryPoint = "madvise")]
    public static partial int Advise(void* start, nuint bytes, int advice);
}
