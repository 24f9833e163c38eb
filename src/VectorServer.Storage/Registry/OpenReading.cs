using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Query;

namespace VectorServer.Storage.Registry;

/// <summary>
/// A reading of all records of one snapshot, whose caller may take as long as it likes between two steps. The end of its namespaces does
/// not wait for that: it waits for the step under way, takes the snapshot away, and the next step says so. Thread-safe.
/// </summary>
internal sealed class OpenReading(string ns, SnapshotLease lease, Func<StorageException> ended, Action<OpenReading> forget) : IDisposable
{
    private const int RowsPerStep = 1000;

    private readonly Lock _step = new();
    private readonly IEnumerator<int[]> _rows = lease.Snapshot.LiveRows().Chunk(RowsPerStep).GetEnumerator();
    private bool _isReleased;
    private bool _isEnded;

    /// <summary>The engine's name of the namespace that is read.</summary>
    public string Namespace => ns;

    /// <summary>The next records; null behind the last.</summary>
    /// <exception cref="StorageException">It was ended.</exception>
    public IReadOnlyList<VectorRecord>? Next()
    {
        lock (_step)
        {
            if (_isEnded)
                throw ended();
            return _rows.MoveNext() ? Hydrator.Records(lease.Snapshot, _rows.Current) : null;
        }
    }

    /// <summary>Takes the snapshot away from whoever reads.</summary>
    public void End()
    {
        lock (_step)
            _isEnded = true;
        Dispose();
    }

    public void Dispose()
    {
        lock (_step)
        {
            if (_isReleased)
                return;
            _isReleased = true;
            _rows.Dispose();
            lease.Dispose();
        }

        forget(this);
    }
}
