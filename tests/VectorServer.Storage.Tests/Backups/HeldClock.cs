namespace VectorServer.Storage.Tests.Backups;

/// <summary>A clock that holds whoever asks it once it is armed: a backup asks for its time just before it begins to write.</summary>
internal sealed class HeldClock : TimeProvider
{
    private readonly TaskCompletionSource _go = new();
    private volatile TaskCompletionSource? _reached;

    /// <summary>Arms the clock.</summary>
    /// <returns>Ends when somebody is held.</returns>
    public Task Arm()
    {
        _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _reached.Task;
    }

    /// <summary>Nobody else is held from here on.</summary>
    public void Disarm() => _reached = null;

    public void LetGo() => _go.SetResult();

    public override DateTimeOffset GetUtcNow()
    {
        if (_reached is { } reached)
        {
            reached.TrySetResult();
            _go.Task.Wait();
        }

        return base.GetUtcNow();
    }
}
