using VectorServer.Storage.Wal;

namespace VectorServer.Storage.Namespaces;

/// <content>Opening, and what opening and writing have in common.</content>
internal sealed partial class NamespaceStore
{
    /// <summary>Opens the checkpoint's generation, replays the log through the same <see cref="Apply"/> as live writes, and goes on in the log.</summary>
    private (NamespaceSnapshot Snapshot, WalWriter Wal) Recover()
    {
        var checkpoint = Checkpoint.Read(NamespaceLayout.Checkpoint(_directory));
        foreach (var other in Directory.GetDirectories(_directory, "gen-*"))
        {
            if (other != NamespaceLayout.Generation(_directory, checkpoint.Generation))
                Directory.Delete(other, recursive: true); // an unfinished or replaced compaction
        }

        var generation = Generation.Open(_directory, checkpoint, _index.Dimension, Log);
        try
        {
            var snapshot = new NamespaceSnapshot(
                generation, checkpoint.FirstRow, checkpoint.RowCount, checkpoint.LiveCount, new Lsn(checkpoint.Lsn), null);
            snapshot = snapshot with { Codes = _codes.Open(snapshot) };

            var wal = NamespaceLayout.Wal(_directory);
            var replayed = 0;
            var end = WalReader.Replay(
                wal,
                snapshot.Lsn,
                operation =>
                {
                    snapshot = Apply(snapshot, [operation]);
                    replayed++;
                },
                message => _options.Log?.Invoke(message));
            if (snapshot.Codes is null)
                snapshot = snapshot with { Codes = _codes.Extend(snapshot) }; // another compression was chosen while it was closed
            if (replayed > 0)
                _options.Log?.Invoke($"Namespace '{Description.Name}' of index '{_index.Name}': {replayed} operations replayed from the log");
            return (snapshot, end is { } found
                ? WalWriter.Continue(found.SegmentPath, found.ValidBytes, _options.Durability)
                : WalWriter.Create(wal, new Lsn(snapshot.Lsn.Value + 1), _options.Durability));
        }
        catch
        {
            generation.Release();
            throw;
        }
    }

    /// <summary>The one way that operations change a namespace, live and at replay: rows, metadata, deaths, codes; then a new snapshot.</summary>
    private NamespaceSnapshot Apply(NamespaceSnapshot before, IReadOnlyList<WalOperation> operations)
    {
        var metadata = before.Generation.Metadata;
        var applier = new OperationApplier(before);
        metadata.BeginBatch();
        try
        {
            foreach (var operation in operations)
                applier.Apply(operation);
        }
        catch
        {
            metadata.AbortBatch();
            throw;
        }

        metadata.CommitBatch();
        before.Generation.Columns.KeepUp(metadata, applier.Snapshot.RowCount);
        return applier.Snapshot with { Codes = _codes.Extend(applier.Snapshot) };
    }
}
