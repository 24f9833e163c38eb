using System.Diagnostics;
using System.Globalization;

namespace VectorServer.Storage.CrashWriter;

/// <summary>
/// Where this process ends itself as by <c>kill -9</c>: the n-th time it comes by the point of a name. <c>NAME:N</c>, NAME being one of
/// <see cref="DiskPoints"/> or the kind of a step, which is passed at every change of the disk while such a step runs.
/// </summary>
internal sealed class KillPoint(string name, int count)
{
    /// <summary>A write to the log has come half-way.</summary>
    public const string LogTorn = "log-torn";

    /// <summary>A write to the log is made and not synced.</summary>
    public const string LogAppended = "log-appended";
    public const string LogSynced = "log-synced";

    /// <summary>A segment of the log whose operations are folded in is about to go.</summary>
    public const string LogCut = "log-cut";
    public const string BeforeRename = "before-rename";
    public const string AfterRename = "after-rename";
    public const string BeforeCheckpoint = "before-checkpoint";
    public const string AfterCheckpoint = "after-checkpoint";
    public const string Vectors = "vectors";
    public const string Metadata = "metadata";
    public const string ApproximateIndex = "approximate-index";

    /// <summary>Any change of the disk, beginning with recovery's.</summary>
    public const string Open = "open";

    private int _left = count;

    public static IReadOnlyList<string> DiskPoints { get; } =
    [
        LogTorn, LogAppended, LogSynced, LogCut, BeforeRename, AfterRename, BeforeCheckpoint, AfterCheckpoint, Vectors, Metadata, ApproximateIndex, Open,
    ];

    /// <summary>The kind of step that is running.</summary>
    public StepKind? Running { get; set; }

    public static KillPoint? Parse(string? text) =>
        text?.Split(':') is [var name, var count] ? new KillPoint(name, int.Parse(count, CultureInfo.InvariantCulture)) : null;

    /// <summary>The disk is about to change.</summary>
    public void PassChange()
    {
        Pass(Open);
        if (Running is { } kind)
            Pass(kind.ToString());
    }

    public void Pass(string point)
    {
        if (point != name || Interlocked.Decrement(ref _left) != 0)
            return;
        Process.GetCurrentProcess().Kill(); // SIGKILL: nothing is flushed or finished
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>Whether the next to come by this point ends here.</summary>
    public bool IsNext(string point) => point == name && Volatile.Read(ref _left) == 1;
}
