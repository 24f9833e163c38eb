using System.Buffers;
using System.Diagnostics;
using VectorServer.Storage.Model;
using VectorServer.Storage.Wal;

namespace VectorServer.Storage.Namespaces;

/// <summary>Turns logged operations into rows and deaths, one after another, inside one metadata batch.</summary>
internal sealed class OperationApplier(NamespaceSnapshot before)
{
    private const int WriteBytesMax = 4 << 20; // rows are gathered to this much before they are written to the file

    /// <summary>What the namespace holds after the operations applied so far; shown to readers only after the batch is committed.</summary>
    public NamespaceSnapshot Snapshot { get; private set; } = before;

    public void Apply(WalOperation operation)
    {
        Snapshot = Snapshot with { Lsn = new Lsn(Snapshot.Lsn.Value + 1) };
        switch (operation)
        {
            case PutOperation put:
                Put(put.Entries);
                if (put.Key is not null)
                    Snapshot = Snapshot.WithDone(put.Key);
                break;
            case RemoveOperation remove:
                foreach (var id in remove.Ids)
                    Kill(Snapshot.Find(id));
                break;
            case ClearOperation:
                Snapshot = Snapshot with { FirstRow = Snapshot.RowCount, LiveCount = 0 };
                break;
            default:
                throw new UnreachableException();
        }
    }

    private void Put(IReadOnlyList<PutEntry> entries)
    {
        var generation = Snapshot.Generation;
        var dimension = generation.Vectors.Dimension;
        var rowsPerWrite = Math.Clamp(WriteBytesMax / Math.Max(1, generation.Vectors.RowBytes), 1, Math.Max(1, entries.Count));
        var rows = ArrayPool<float>.Shared.Rent(rowsPerWrite * dimension);
        try
        {
            for (var start = 0; start < entries.Count; start += rowsPerWrite)
            {
                var count = Math.Min(rowsPerWrite, entries.Count - start);
                for (var i = 0; i < count; i++)
                {
                    var entry = entries[start + i];
                    var values = entry.CopyFrom is { } row ? generation.Vectors.RowToCopy(row.Value) : entry.Values.Span;
                    values.CopyTo(rows.AsSpan(i * dimension, dimension));
                }

                generation.Vectors.Write(Snapshot.RowCount, rows.AsSpan(0, count * dimension));
                for (var i = 0; i < count; i++)
                    AddRow(entries[start + i]);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rows);
        }
    }

    private void AddRow(in PutEntry entry)
    {
        var generation = Snapshot.Generation;
        var row = Snapshot.RowCount;
        var replaced = generation.Ids.Add(entry.Id);
        generation.Metadata.AddRow(new RowId(row), entry.Id, entry.Metadata, entry.Sparse);
        if (entry.Sparse is { } sparse)
            generation.Sparse.Add(row, sparse);
        if (replaced >= 0 && Snapshot.IsLive(replaced))
            Kill(replaced);
        Snapshot = Snapshot with { RowCount = row + 1, LiveCount = Snapshot.LiveCount + 1 };
    }

    private void Kill(int row)
    {
        if (row < 0)
            return;
        Snapshot.Generation.Tombstones.Add(row, Snapshot.Lsn);
        Snapshot.Generation.Metadata.AddTombstone(new RowId(row), Snapshot.Lsn);
        Snapshot = Snapshot with { LiveCount = Snapshot.LiveCount - 1 };
    }
}
