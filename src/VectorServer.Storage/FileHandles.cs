using System.Runtime.InteropServices;

namespace VectorServer.Storage;

/// <summary>How many files and connections the process may have open. A process that has none left cannot even wait or start a thread.</summary>
public static partial class FileHandles
{
    private const int WithoutLimit = 1 << 20;
    private const int OfTheProgram = 256; // libraries, listeners, pipes: 230 after a start
    private const int SpareMin = 64;

    /// <summary>The operating system's limit less what the program itself has open; a large number where there is no limit.</summary>
    public static int Spare { get; } = Math.Max(SpareMin, Max() - OfTheProgram);

    private static int Max()
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
