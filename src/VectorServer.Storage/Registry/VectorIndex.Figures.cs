namespace VectorServer.Storage;

public sealed partial class VectorIndex
{
    /// <summary>Looks at what is open, opens nothing and counts as no use, so that it may be asked every few seconds.</summary>
    public IndexFigures Observe()
    {
        var (open, records, deletedRows, logBytes) = (0, 0L, 0L, 0L);
        var (recalls, samples) = (0.0, 0L);
        foreach (var store in _namespaces.Opened())
        {
            if (!store.TryAcquireCurrent(out var lease))
                continue;
            using (lease)
            {
                open++;
                records += lease.Snapshot.LiveCount;
                deletedRows += lease.Snapshot.RowCount - lease.Snapshot.LiveCount;
                logBytes += store.LogBytes;
                var recall = _recall.Read(store.Description.Name, lease.Snapshot);
                recalls += (recall.Mean ?? 0) * recall.Samples;
                samples += recall.Samples;
            }
        }

        foreach (var left in _namespaces.AsLeft())
        {
            records += left.Counts.LiveCount;
            deletedRows += left.Counts.RowCount - left.Counts.LiveCount;
        }

        return new IndexFigures(_namespaces.Count, open, records, deletedRows, logBytes, samples == 0 ? null : recalls / samples)
        {
            DamagedNamespaces = DamagedNamespaces().Count(),
        };
    }
}
