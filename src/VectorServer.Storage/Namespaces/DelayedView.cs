namespace VectorServer.Storage.Namespaces;

/// <summary>
/// What readers see of a namespace whose writes become visible late: the newest snapshot published at least the delay ago. Only tests of
/// clients ask for it (<see cref="EngineOptions.VisibilityDelay"/>). Snapshots are small and share their rows, so keeping those of one
/// delay costs little; writing and reading both let go of the older ones. Thread-safe.
/// </summary>
internal sealed class DelayedView(TimeProvider time, TimeSpan delay)
{
    private readonly Lock _lock = new();
    private readonly Queue<(long PublishedAt, NamespaceSnapshot Snapshot)> _pending = new();
    private NamespaceSnapshot? _visible;

    /// <summary>Null while nothing is visible yet: readers take the namespace for absent.</summary>
    public NamespaceSnapshot? Visible
    {
        get
        {
            lock (_lock)
            {
                Advance();
                return _visible;
            }
        }
    }

    /// <summary>Readers see all there is.</summary>
    public bool IsSettled
    {
        get
        {
            lock (_lock)
            {
                Advance();
                return _visible is not null && _pending.Count == 0;
            }
        }
    }

    /// <summary>Lets readers see the snapshot once the delay has passed.</summary>
    public void Add(NamespaceSnapshot snapshot)
    {
        lock (_lock)
        {
            Advance();
            _pending.Enqueue((time.GetTimestamp(), snapshot));
        }
    }

    /// <summary>Lets readers see the snapshot now, and forgets all before it.</summary>
    public void Show(NamespaceSnapshot snapshot)
    {
        lock (_lock)
        {
            _pending.Clear();
            _visible = snapshot;
        }
    }

    private void Advance()
    {
        while (_pending.TryPeek(out var oldest) && time.GetElapsedTime(oldest.PublishedAt) >= delay)
            _visible = _pending.Dequeue().Snapshot;
    }
}
