using System.Diagnostics.CodeAnalysis;

namespace VectorServer.Storage.Namespaces;

/// <summary>Work beside reads and writes, one piece at a time, that ends with its namespace. Thread-safe.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation without a timer holds nothing to dispose.")]
internal sealed class BackgroundWork
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _work = Task.CompletedTask;
    private bool _isRepeating;
    private bool _isAskedAgain;

    /// <summary>Cancelled when the work is to end; none begins any more.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Nothing is under way.</summary>
    public bool IsAtRest => _work.IsCompleted;

    /// <summary>
    /// Begins the work on a thread of the pool, or lets it run once more after what is under way: what is asked for while a run is ending is
    /// never lost.
    /// </summary>
    /// <param name="work">
    /// Always the same. Looks for itself what is due, handles its own failures, and ends soon once <see cref="Stopping"/> is cancelled.
    /// </param>
    public void StartOrRepeat(Func<Task> work)
    {
        lock (_lock)
        {
            _isAskedAgain = _isRepeating;
            if (_isRepeating || _stopping.IsCancellationRequested)
                return;
            _isRepeating = true;
            var before = _work;
            _work = Task.Run(async () =>
            {
                await before.ConfigureAwait(false);
                do
                    await work().ConfigureAwait(false);
                while (IsAskedAgain());
            });
        }
    }

    private bool IsAskedAgain()
    {
        lock (_lock)
        {
            _isRepeating = _isAskedAgain && !_stopping.IsCancellationRequested;
            _isAskedAgain = false;
            return _isRepeating;
        }
    }

    /// <summary>Ends the work under way and allows no more.</summary>
    public async Task StopAsync()
    {
        Task work;
        lock (_lock)
        {
            _stopping.Cancel();
            work = _work;
        }

        await work.ConfigureAwait(false);
    }
}
