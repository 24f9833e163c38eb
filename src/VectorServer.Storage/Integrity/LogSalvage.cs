using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Wal;

namespace VectorServer.Storage.Integrity;

/// <summary>
/// Makes of a log's whole frames operations that stand on their own: an entry that names the row its vector is copied from gets the
/// vector. Behind lost frames rows are no longer numbered as they were, so such an entry is lost there.
/// </summary>
internal sealed class LogSalvage(Checkpoint checkpoint, int dimension, RowInspector rows)
{
    private readonly Dictionary<int, ReadOnlyMemory<float>> _logged = [];
    private int _nextRow = checkpoint.RowCount;
    private bool _isNumbered = true;

    public List<WalOperation> Operations { get; } = [];

    /// <summary>Operations between those that are whole.</summary>
    public long OperationsLost { get; private set; }

    /// <summary>Records whose newest version is lost.</summary>
    public List<string> LostIds { get; } = [];

    /// <summary>The newest operation that is known of.</summary>
    public Lsn Last { get; private set; } = new(checkpoint.Lsn);

    public void Take(IEnumerable<WholeFrame> frames)
    {
        foreach (var frame in frames)
        {
            for (var i = 0; i < frame.Operations.Count; i++)
            {
                var lsn = new Lsn(frame.FirstLsn.Value + i);
                if (lsn <= Last)
                    continue; // folded into the data files
                if (lsn.Value != Last.Value + 1)
                {
                    OperationsLost += lsn.Value - Last.Value - 1;
                    _isNumbered = false;
                }

                Last = lsn;
                Operations.Add(frame.Operations[i] is PutOperation put ? Resolve(put) : frame.Operations[i]);
            }
        }
    }

    private PutOperation Resolve(PutOperation put)
    {
        var entries = new List<PutEntry>(put.Entries.Count);
        foreach (var entry in put.Entries)
        {
            var row = _nextRow++;
            var values = entry.CopyFrom is { } from ? ValuesOf(from.Value) : entry.Values;
            if (values is not { } known)
            {
                LostIds.Add(entry.Id);
                continue;
            }

            _logged[row] = known;
            entries.Add(entry with { Values = known, CopyFrom = null });
        }

        return put with { Entries = entries };
    }

    private ReadOnlyMemory<float>? ValuesOf(int row)
    {
        if (row >= checkpoint.RowCount)
            return _isNumbered && _logged.TryGetValue(row, out var logged) ? logged : null;
        var values = new float[dimension];
        return rows.TryReadVector(row, values) ? values : null;
    }
}
