namespace VectorServer.Storage.Namespaces;

/// <content>What goes on beside reads and writes, and whether anything goes on at all.</content>
internal sealed partial class NamespaceStore
{
    private long _lastUsed;
    private bool _isClaimed;

    /// <summary>Given up for being idle: who finds it so looks its name up again.</summary>
    public bool IsClaimed => Volatile.Read(ref _isClaimed);

    /// <summary>When it was opened: <see cref="LastUsed"/> of one that nobody has used since.</summary>
    public long OpenedAt { get; }

    /// <summary>When it was used last, as a timestamp of the engine's time.</summary>
    public long LastUsed => Volatile.Read(ref _lastUsed);

    /// <summary>Nobody has used it after that timestamp, and nothing works on it.</summary>
    public bool IsIdleSince(long timestamp) =>
        _delayed is null or { IsSettled: true }
        && LastUsed <= timestamp
        && _writer.IsAtRest && _builder.IsAtRest && _codes.IsAtRest && _columns.IsAtRest && _derived.IsAtRest && _compactor.IsAtRest;

    /// <summary>Takes an idle namespace from whoever might come: from here on no reader gets a snapshot of it, and it must be closed.</summary>
    public bool TryClaim(long idleSince)
    {
        // Before it looks: whoever begins some work, and then finds it not claimed, is seen here.
        Interlocked.Exchange(ref _isClaimed, true);
        bool isReplaced;
        lock (_removal)
            isReplaced = _replaced.Count > 0;
        if (!isReplaced && IsIdleSince(idleSince) && Current.Generation.TryClaim())
            return true;
        Volatile.Write(ref _isClaimed, false);
        return false;
    }

    /// <summary>Called now and then: gives back what nobody has asked for.</summary>
    public void Age() => Current.Generation.Columns.Age();

    /// <summary>Counts as a use.</summary>
    internal void Touch() => Volatile.Write(ref _lastUsed, _services.Time.GetTimestamp());

    /// <summary>Tells the operator of this namespace.</summary>
    private void Log(string message) => _services.Log?.Invoke($"Namespace '{Description.Name}' of index '{_index.Name}' {message}");

    /// <summary>Starts what is to be done in the background, if anything is.</summary>
    private void Review(NamespaceSnapshot snapshot)
    {
        _builder.Consider(snapshot);
        _codes.Consider(snapshot);
        _columns.Consider(snapshot);
        _compactor.Consider(snapshot);
    }

    private async Task StopWorkAsync()
    {
        await _compactor.StopAsync().ConfigureAwait(false);
        await _codes.StopAsync().ConfigureAwait(false);
        await _columns.StopAsync().ConfigureAwait(false);
        await _builder.StopAsync().ConfigureAwait(false);
        await _derived.StopAsync().ConfigureAwait(false);
    }
}
