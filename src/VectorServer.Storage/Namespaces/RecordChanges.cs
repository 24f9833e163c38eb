using VectorServer.Storage.Model;
using VectorServer.Storage.Wal;

namespace VectorServer.Storage.Namespaces;

/// <summary>Turns partial changes into the whole records that the log keeps. Called by the namespace's writer, on its newest snapshot.</summary>
internal static class RecordChanges
{
    /// <summary>The record after the update; null if there is no such record.</summary>
    public static PutOperation? Update(NamespaceSnapshot snapshot, RecordUpdate update)
    {
        var row = snapshot.Find(update.Id);
        if (row < 0)
            return null;

        var (metadata, sparse) = snapshot.Generation.Metadata.Read(new RowId(row));
        return new PutOperation(
        [
            new PutEntry(
                update.Id,
                update.Values ?? default,
                update.Values is null ? new RowId(row) : null,
                update.Sparse ?? sparse,
                Merge(metadata, update.SetMetadata)),
        ]);
    }

    /// <summary>The records of <paramref name="rows"/> with metadata merged in; null if there are none.</summary>
    public static PutOperation? SetMetadata(NamespaceSnapshot snapshot, IEnumerable<int> rows, RecordMetadata changes)
    {
        var entries = new List<PutEntry>();
        foreach (var row in rows)
        {
            var (metadata, sparse) = snapshot.Generation.Metadata.Read(new RowId(row));
            entries.Add(new PutEntry(snapshot.Generation.Ids.IdOf(row), default, new RowId(row), sparse, Merge(metadata, changes)));
        }

        return entries.Count == 0 ? null : new PutOperation(entries);
    }

    /// <summary>The removal of <paramref name="rows"/>; null if there are none.</summary>
    public static RemoveOperation? Remove(NamespaceSnapshot snapshot, IReadOnlyList<int> rows) =>
        rows.Count == 0 ? null : new RemoveOperation([.. rows.Select(snapshot.Generation.Ids.IdOf)]);

    private static RecordMetadata? Merge(RecordMetadata? metadata, RecordMetadata? changes) =>
        metadata is null ? changes : changes is null ? metadata : metadata.Merge(changes);
}
