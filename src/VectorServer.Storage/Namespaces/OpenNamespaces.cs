using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace VectorServer.Storage.Namespaces;

/// <summary>Counts the namespaces that an engine has open, which take files and memory, so that there are never too many. Thread-safe.</summary>
/// <param name="max">At once.</param>
/// <param name="waitMax">How long one more waits.</param>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has no wait handle to dispose, and late callers must still find it.")]
internal sealed class OpenNamespaces(int max, TimeSpan waitMax)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _free = new(max);
    private readonly int _crowdedFrom = max - (max / 4); // from here on some are closed ahead of need

    /// <summary>What the file handles and the memory of the process have room for.</summary>
    public static int UsualMax()
    {
        const int handlesEach = 12;
        const int bytesEach = 256 << 10; // of a small one
        const int memoryShare = 4;
        const int most = 4096; // Linux gives a process 65,530 memory maps, of which each takes up to 8
        return (int)Math.Min(Math.Min(FileHandles.Spare / 2 / handlesEach, most), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / memoryShare / bytesEach);
    }

    /// <summary>Told to close what is not in use; returns at once.</summary>
    public Action? MakeRoom { get; set; }

    /// <summary>How many stay open when room is made.</summary>
    public int RoomyFrom { get; } = max / 2;

    /// <summary>Counts one that is about to be opened; where there are too many, waits until another is closed.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.Unavailable"/>: all are in use, and stay so.</exception>
    public void Enter()
    {
        if (max - _free.CurrentCount >= _crowdedFrom)
            MakeRoom?.Invoke();
        for (var started = Stopwatch.GetTimestamp(); !_free.Wait(Step);)
        {
            if (Stopwatch.GetElapsedTime(started) > waitMax)
                throw new StorageException(StorageErrorCode.Unavailable, $"All of the {max} namespaces that may be open are in use: try again");
            MakeRoom?.Invoke();
        }
    }

    /// <summary>One is closed.</summary>
    public void Leave() => _free.Release();
}
