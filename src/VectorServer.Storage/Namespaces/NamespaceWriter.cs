using System.Threading.Channels;
using VectorServer.Storage.Wal;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// The one writer of a namespace: takes requests from a bounded queue and commits them in groups, so that requests that wait together
/// share one sync. A request that must read the namespace to know its effects starts a group of its own, after all before it.
/// </summary>
internal sealed class NamespaceWriter
{
    private const int QueueLength = 1024;
    private const int GroupLengthMax = 64;

    private readonly Channel<WriteRequest> _queue =
        Channel.CreateBounded<WriteRequest>(new BoundedChannelOptions(QueueLength) { SingleReader = true });

    private readonly NamespaceStore _store;
    private readonly Task _loop;
    private int _requests; // queued or under way

    public NamespaceWriter(NamespaceStore store)
    {
        _store = store;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>No request is queued or under way.</summary>
    public bool IsAtRest => Volatile.Read(ref _requests) == 0;

    /// <summary>Queues a write and returns its LSN once it is durable and published.</summary>
    /// <param name="resolve">The effects on the newest snapshot; null when there are none, and the newest LSN is returned.</param>
    /// <param name="readsState">Whether <paramref name="resolve"/> looks at the snapshot.</param>
    /// <param name="cancellation">Honoured until the request is queued; what is logged is applied.</param>
    /// <exception cref="ChannelClosedException">The namespace is closing.</exception>
    public Task<Lsn> WriteAsync(Func<NamespaceSnapshot, WalOperation?> resolve, bool readsState, CancellationToken cancellation) =>
        QueueAsync(new WriteRequest(resolve, null, readsState), cancellation);

    /// <summary>Queues work on the store that must not meet a write: checkpoint, compaction, another codec, a load. Returns the newest LSN after it.</summary>
    /// <exception cref="ChannelClosedException">The namespace is closing.</exception>
    public Task<Lsn> MaintainAsync(Action work, CancellationToken cancellation) =>
        QueueAsync(new WriteRequest(null, work, ReadsState: true), cancellation);

    /// <summary>Takes no more requests and waits for those that are queued.</summary>
    public async Task CloseAsync()
    {
        _queue.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
    }

    private async Task<Lsn> QueueAsync(WriteRequest request, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _requests);
        try
        {
            await _queue.Writer.WriteAsync(request, cancellation).ConfigureAwait(false);
            return await request.Completion.Task.ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _requests);
        }
    }

    private async Task RunAsync()
    {
        var group = new List<WriteRequest>(GroupLengthMax);
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (TakeGroup(group))
                Commit(group);
        }
    }

    private bool TakeGroup(List<WriteRequest> group)
    {
        group.Clear();
        while (group.Count < GroupLengthMax && _queue.Reader.TryPeek(out var next))
        {
            if (next.ReadsState && group.Count > 0)
                break;
            _ = _queue.Reader.TryRead(out _);
            group.Add(next);
            if (next.ReadsState)
                break;
        }

        return group.Count > 0;
    }

    private void Commit(List<WriteRequest> group)
    {
        try
        {
            if (group[0].Maintenance is { } work)
            {
                work();
                group[0].Completion.SetResult(_store.Current.Lsn);
                return;
            }

            var committing = new List<WriteRequest>(group.Count);
            var operations = new List<WalOperation>(group.Count);
            foreach (var request in group)
            {
                if (Resolve(request) is not { } operation)
                    continue;
                committing.Add(request);
                operations.Add(operation);
            }

            if (operations.Count == 0)
                return;
            var lsn = _store.Commit(operations).Value;
            foreach (var request in committing)
                request.Completion.SetResult(new Lsn(lsn++));
            _store.CheckpointIfDue();
        }
        catch (Exception e)
        {
            foreach (var request in group)
                request.Completion.TrySetException(e);
        }
    }

    /// <summary>A request without effects, or whose effects cannot be, is answered here and leaves its group.</summary>
    private WalOperation? Resolve(WriteRequest request)
    {
        try
        {
            var operation = request.Resolve!(_store.Current);
            if (operation is PutOperation)
                _store.DemandSpace();
            if (operation is null)
                request.Completion.SetResult(_store.Current.Lsn);
            return operation;
        }
        catch (StorageException e)
        {
            request.Completion.SetException(e);
            return null;
        }
    }

    private sealed record WriteRequest(Func<NamespaceSnapshot, WalOperation?>? Resolve, Action? Maintenance, bool ReadsState)
    {
        public TaskCompletionSource<Lsn> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
