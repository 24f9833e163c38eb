using System.Threading.Channels;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// Makes the columns that filters read before a filter asks for them, once writes pause: a first filter would read every row of the
/// metadata. Columns that nobody asks for are given back after a while, and not made again until the namespace is opened anew.
/// </summary>
internal sealed class ColumnKeeper
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>However long writes go on, rows are not left behind for longer.</summary>
    private static readonly TimeSpan BehindMax = TimeSpan.FromMinutes(1);

    /// <summary>It takes one core: one namespace of the process at a time.</summary>
    private static readonly SemaphoreSlim Making = new(1);

    private readonly NamespaceStore _store;
    private readonly EngineServices _services;
    private readonly Action<string> _log;
    private readonly BackgroundWork _work = new();
    private readonly ITimer _timer;
    private long _behindSince; // 0 while it is not

    public ColumnKeeper(NamespaceStore store, EngineServices services, Action<string> log)
    {
        (_store, _services, _log) = (store, services, log);
        _timer = services.Time.CreateTimer(_ => _work.StartOrRepeat(RunAsync), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Nothing is being made.</summary>
    public bool IsAtRest => _work.IsAtRest;

    /// <summary>Called by the writer after each change.</summary>
    public void Consider(NamespaceSnapshot snapshot)
    {
        if (!IsBehind(snapshot))
            return;
        var now = _services.Time.GetTimestamp();
        if (_behindSince == 0)
            _behindSince = now;
        else if (_services.Time.GetElapsedTime(_behindSince, now) > BehindMax)
            return; // the timer is set
        _timer.Change(Pause, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the work under way and allows no more.</summary>
    public Task StopAsync()
    {
        _timer.Dispose();
        return _work.StopAsync();
    }

    /// <summary>Those that a filter has asked for are the writer's to keep up.</summary>
    private static bool IsBehind(NamespaceSnapshot snapshot)
    {
        var columns = snapshot.Generation.Columns;
        var there = columns.RowCount;
        return !columns.IsUsed && columns.IsWantedAhead && snapshot.RowCount - there >= (there == 0 ? DerivedFiles.RowsMin : 1);
    }

    private async Task RunAsync()
    {
        try
        {
            await Making.WaitAsync(_work.Stopping).ConfigureAwait(false);
            try
            {
                Volatile.Write(ref _behindSince, 0);
                while (IsBehind(_store.Current))
                    MakeAhead();
            }
            finally
            {
                Making.Release();
            }

            _store.ReconsiderDerived();
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // the namespace is closing
        }
        catch (Exception e)
        {
            // Columns are derived: the next filter reads the rows and meets what is wrong with them.
            _store.Current.Generation.Columns.GiveUp();
            _log($"leaves its columns to the next filter: {e.Message}");
        }
    }

    private void MakeAhead()
    {
        if (!_store.TryAcquireCurrent(out var lease))
            throw new OperationCanceledException();
        using (lease)
        {
            var generation = lease.Snapshot.Generation;
            generation.Columns.MakeAhead(generation.Metadata, lease.Snapshot.RowCount, _services.ColumnBudget, _work.Stopping);
        }
    }
}
