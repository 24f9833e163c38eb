namespace VectorServer.Api.Backups;

/// <summary>
/// Backups and restores answer before they are done, and clients ask again after seconds. Small ones are done within a moment: waiting
/// for that spares the asking.
/// </summary>
internal static class ShortWait
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    /// <summary>Waits until the work has ended, but never long.</summary>
    public static Task ForAsync(Task work, TimeSpan? atMost = null) =>
        Task.WhenAny(work, Task.Delay(atMost ?? Moment));
}
