using System.Globalization;

namespace VectorServer.Api.Limits;

/// <summary>How much memory the process holds that only it can give back, and how much there is.</summary>
internal class ProcessMemory
{
    private const string Statm = "/proc/self/statm";

    // Of the process's own control group, as containers see it.
    private const string ControlGroupMax = "/sys/fs/cgroup/memory.max";
    private const string ControlGroupMaxV1 = "/sys/fs/cgroup/memory/memory.limit_in_bytes";

    /// <summary>
    /// Bytes that would have to be killed for. On Linux the resident set without files: mapped vectors are in it as long as nobody needs
    /// the room, and leave by themselves.
    /// </summary>
    public virtual long HeldBytes()
    {
        if (!OperatingSystem.IsLinux())
            return Environment.WorkingSet;

        // Pages: size, resident, of these shared with files, ...
        var fields = File.ReadAllText(Statm).Split(' ');
        return (long.Parse(fields[1], CultureInfo.InvariantCulture) - long.Parse(fields[2], CultureInfo.InvariantCulture)) * Environment.SystemPageSize;
    }

    /// <summary>Bytes that the machine, or the container, has. Of a container's the runtime counts but three quarters, for its own heap.</summary>
    public virtual long AvailableBytes()
    {
        var ofControlGroup = new[] { ControlGroupMax, ControlGroupMaxV1 }.Select(ReadLimit).FirstOrDefault(bytes => bytes > 0);
        var ofRuntime = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return ofControlGroup > 0 && ofControlGroup / 4 * 3 <= ofRuntime ? ofControlGroup : ofRuntime;
    }

    /// <summary>Gives back what garbage holds.</summary>
    public virtual void Collect() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    // "max" where there is none, and in version 1 a number near 2^63.
    private static long ReadLimit(string path)
    {
        try
        {
            return long.TryParse(File.ReadAllText(path), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
