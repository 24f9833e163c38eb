using System.Runtime.InteropServices;

namespace VectorServer.Storage.Memory;

/// <summary>Zeroed memory from the system, which takes real pages only where it is written to, and goes back to the system at once.</summary>
internal static unsafe partial class NativePages
{
    public const nuint HugePageBytes = 2 << 20;

    private const nuint LineBytes = 64;
    private const int ReadWrite = 1 | 2; // PROT_READ, PROT_WRITE
    private const int PrivateAnonymous = 2 | 0x20; // MAP_PRIVATE, MAP_ANONYMOUS
    private const int MadviseHugePage = 14;

    /// <param name="bytes">A multiple of <see cref="HugePageBytes"/>; begins on one, or at least on a cache line.</param>
    /// <param name="smallBytes">That many first bytes are taken in small pages, the rest in huge ones where the system gives them.</param>
    /// <exception cref="InsufficientMemoryException">The system has no more.</exception>
    public static byte* Take(nuint bytes, nuint smallBytes)
    {
        if (!OperatingSystem.IsLinux())
            return TakeElsewhere(bytes);
        var taken = Map(null, bytes + HugePageBytes, ReadWrite, PrivateAnonymous, -1, 0);
        if ((nint)taken == -1)
            throw new InsufficientMemoryException("The system gives no more memory for codes and indexes");
        var start = (byte*)(((nuint)taken + HugePageBytes - 1) / HugePageBytes * HugePageBytes);
        var before = (nuint)(start - taken);
        if (before > 0)
            _ = Unmap(taken, before);
        if (before < HugePageBytes)
            _ = Unmap(start + bytes, HugePageBytes - before);
        if (smallBytes < bytes)
            _ = Advise(start + smallBytes, bytes - smallBytes, MadviseHugePage); // may be refused: only speed is lost
        return start;
    }

    /// <summary>Gives back what <see cref="Take"/> gave.</summary>
    public static void GiveBack(byte* start, nuint bytes)
    {
        if (OperatingSystem.IsLinux())
            _ = Unmap(start, bytes);
        else
            NativeMemory.Free(((void**)start)[-1]);
    }

    /// <summary>The C library maps blocks as long as these by themselves; what it returned stands before the first line.</summary>
    private static byte* TakeElsewhere(nuint bytes)
    {
        var taken = NativeMemory.AllocZeroed(bytes + (2 * LineBytes));
        var start = (byte*)(((nuint)taken + (2 * LineBytes) - 1) / LineBytes * LineBytes);
        ((void**)start)[-1] = taken;
        return start;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* Map(void* address, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* start, nuint bytes);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint bytes, int advice);
}
