using System.Runtime.InteropServices;

namespace VectorServer.Storage;

/// <summary>How many files and connections the process may have open. A process that has none left cannot even wait or start a thread.</summary>
public static partial class FileHandles
{
    private const int WithoutLimit = 1 << 20;
    private const int OfTheProgram = 320; // libraries, listeners, pipes: 252 after a start, each library that is used later
    private const int SpareMin = 64;
    private const int Min = 400; // the program's, a few of namespaces and connections, and the last eighth
    private const int LastShare = 8;

    private static readonly int Max = Read();

    /// <summary>The operating system's limit less what the program itself has open; a large number where there is no limit.</summary>
    public static int Spare { get; } = Math.Max(SpareMin, Max - OfTheProgram);

    /// <summary>Whether a new handle is among the last eighth of those that there may be: it is always the lowest that is free.</summary>
    public static bool IsOneOfTheLast(long handle) => !OperatingSystem.IsWindows() && handle >= Max - (Max / LastShare);

    /// <exception cref="StorageException"><see cref="StorageErrorCode.FailedPrecondition"/>: there are too few to serve anyone.</exception>
    public static void Demand()
    {
        if (Max < Min)
            throw new StorageException(StorageErrorCode.FailedPrecondition, $"The process may open {Max} files, and needs at least {Min}: raise its limit (ulimit -n)");
    }

    private static int Read()
    {
        if (OperatingSystem.IsWindows())
            return WithoutLimit;
        var openFiles = OperatingSystem.IsLinux() ? 7 : 8; // RLIMIT_NOFILE
        return GetLimit(openFiles, out var limit) == 0 // the runtime has raised it as far as it may
            ? (int)Math.Min(limit.Soft, WithoutLimit)
            : WithoutLimit;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    private readonly record struct Limit(ulong Soft, ulong Hard);
}
