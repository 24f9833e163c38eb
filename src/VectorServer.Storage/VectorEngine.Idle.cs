namespace VectorServer.Storage;

/// <content>Closes namespaces that nobody uses: after a while, or earlier where many are open. Their next use opens them again.</content>
public sealed partial class VectorEngine
{
    private const int LooksPerIdleTime = 4;
    private static readonly TimeSpan OpenWaitMax = TimeSpan.FromSeconds(10);

    private ITimer? _idleTimer;
    private int _isMakingRoom;

    private void WatchIdle()
    {
        _services.OpenNamespaces.MakeRoom = () =>
        {
            if (Interlocked.Exchange(ref _isMakingRoom, 1) == 0)
                _ = Task.Run(MakeRoomAsync);
        };
        if (_services.Options.IdleClose <= TimeSpan.Zero)
            return;
        var between = _services.Options.IdleClose / LooksPerIdleTime;
        _idleTimer = _services.Time.CreateTimer(_ => _ = CareAsync(), null, between, between);
    }

    /// <summary>Gives back what nobody uses: whole namespaces, and the columns of those that are used without filters.</summary>
    internal Task CareAsync()
    {
        foreach (var store in Indexes.SelectMany(index => index.Namespaces.Opened()))
            store.Age();
        return CloseIdleAsync();
    }

    /// <summary>Closes the namespaces that nobody has used for <see cref="EngineOptions.IdleClose"/>.</summary>
    internal Task CloseIdleAsync() =>
        CloseIdleAsync(_services.Time.GetTimestamp() - (long)(_services.Options.IdleClose.TotalSeconds * _services.Time.TimestampFrequency));

    /// <summary>Closes the longest unused of many.</summary>
    private async Task MakeRoomAsync()
    {
        try
        {
            var uses = Indexes.SelectMany(index => index.Namespaces.Opened()).Select(store => store.LastUsed).Order().ToArray();
            if (uses.Length > _services.OpenNamespaces.RoomyFrom)
                await CloseIdleAsync(uses[uses.Length - _services.OpenNamespaces.RoomyFrom - 1]).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _isMakingRoom, 0);
        }
    }

    /// <summary>Closes the namespaces that nobody has used after a timestamp of the engine's time.</summary>
    internal async Task CloseIdleAsync(long since)
    {
        foreach (var index in Indexes)
        {
            try
            {
                await index.Namespaces.CloseIdleAsync(since).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                _services.Log?.Invoke($"An idle namespace of index '{index.Descriptor.Name}' could not be closed: {e}");
            }
        }
    }
}
