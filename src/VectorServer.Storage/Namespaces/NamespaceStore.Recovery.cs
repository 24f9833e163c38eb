using System.Diagnostics;
using VectorServer.Storage.IO;
using VectorServer.Storage.Wal;

namespace VectorServer.Storage.Namespaces;

/// <content>Opening; opening anew after the disk refused a write; and what opening and writing have in common.</content>
internal sealed partial class NamespaceStore
{
    /// <summary>Opens the checkpoint's generation, replays the log through the same <see cref="Apply"/> as live writes, and goes on in the log.</summary>
    /// <param name="inUse">The generation that readers hold, when a failed namespace is recovered; null at open.</param>
    private (NamespaceSnapshot Snapshot, WalWriter Wal) Recover(Generation? inUse)
    {
        var started = Stopwatch.GetTimestamp();
        var checkpoint = Checkpoint.Read(NamespaceLayout.Checkpoint(_directory));
        if (inUse is null)
        {
            // A process may have died, or failed, between a rename and its sync: the namespace's own, and its checkpoint's.
            _services.Disk.SyncDirectory(Path.GetDirectoryName(_directory)!);
            _services.Disk.SyncDirectory(_directory);
        }
        else
        {
            checkpoint.Write(_services.Disk, NamespaceLayout.Checkpoint(_directory)); // a sync may have failed: what was not written then is now
        }

        foreach (var other in Directory.GetDirectories(_directory, "gen-*"))
        {
            if (other != NamespaceLayout.Generation(_directory, checkpoint.Generation)
                && (inUse is null || other != NamespaceLayout.Generation(_directory, inUse.Number)))
                _services.Disk.DeleteDirectory(other); // an unfinished or replaced compaction
        }

        var generation = Generation.Open(_services.Disk, _directory, checkpoint, _index.Dimension, _services.ColumnBudget, Log);
        try
        {
            var snapshot = new NamespaceSnapshot(
                generation, checkpoint.FirstRow, checkpoint.RowCount, checkpoint.LiveCount, new Lsn(checkpoint.Lsn), null);
            snapshot = snapshot with { Codes = _codes.Open(snapshot), Done = checkpoint.Done ?? [] };

            var wal = NamespaceLayout.Wal(_directory);
            WalReader.CheckBeginning(wal, snapshot.Lsn, checkpoint.HasLog);
            var replayed = 0;
            var end = WalReader.Replay(
                _services.Disk,
                wal,
                snapshot.Lsn,
                operation =>
                {
                    snapshot = Apply(snapshot, [operation]);
                    replayed++;
                },
                message => _services.Log?.Invoke(message));
            generation.Metadata.CommitBatch();
            if (replayed > 0)
                Log($"replayed {replayed} operations from its log");
            StorageMeter.Replayed.Add(replayed);
            StorageMeter.NamespaceOpen.RecordSince(started);
            return (snapshot, end is { } found
                ? WalWriter.Continue(_services.Disk, found, new Lsn(snapshot.Lsn.Value + 1), _services.Options.Durability)
                : BeginLog(checkpoint));
        }
        catch
        {
            generation.Release();
            throw;
        }
    }

    /// <summary>The first segment of a namespace that was restored; from then on a log without any is lost.</summary>
    private WalWriter BeginLog(Checkpoint checkpoint)
    {
        var begun = WalWriter.Create(_services.Disk, NamespaceLayout.Wal(_directory), new Lsn(checkpoint.Lsn + 1), _services.Options.Durability);
        try
        {
            (checkpoint with { HasLog = true }).Write(_services.Disk, NamespaceLayout.Checkpoint(_directory));
            return begun;
        }
        catch
        {
            begun.Dispose();
            throw;
        }
    }

    /// <summary>The one way that operations change a namespace, live and at replay: rows, metadata, deaths; then a new snapshot.</summary>
    private static NamespaceSnapshot Apply(NamespaceSnapshot before, IReadOnlyList<WalOperation> operations)
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
        CodeKeeper.BoundTail(applier.Snapshot);
        return applier.Snapshot;
    }

    /// <summary>Work that a full disk must not keep from being done, as it frees space or makes what is there safe.</summary>
    private T WithReserve<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e.IsFull() && _services.Reserve.GiveUp())
        {
            return work();
        }
    }

    /// <summary>
    /// The log or the data files may hold a part of a write, or have lost a part of one at a failed sync: only a fresh recovery knows, and
    /// the next write begins with one.
    /// </summary>
    private StorageException Fail(Exception cause)
    {
        Log($"was refused a write by its disk, and the next begins with a recovery: {cause}");
        return _failure = DiskErrors.Refusal(cause, "The namespace could not be written");
    }

    /// <summary>
    /// A write that is logged and could not be applied is refused: a restart must not find it. What fails here is done by
    /// <see cref="Restore"/>.
    /// </summary>
    private void TakeBack(Lsn refused)
    {
        try
        {
            _wal.TakeBack();
        }
        catch (Exception e) when (e.IsDiskError())
        {
            TryVoid(refused);
        }
    }

    private void TryVoid(Lsn refused)
    {
        try
        {
            _wal.StartAnew(refused);
        }
        catch (Exception e) when (e.IsDiskError())
        {
            Log($"may find the write that was refused, if it is opened anew before the next write: {e.Message}");
        }
    }

    private void RestoreIfFailed()
    {
        if (_failure is null)
            return;
        try
        {
            WithReserve(() =>
            {
                Restore();
                return true;
            });
        }
        catch (Exception e)
        {
            throw Fail(e);
        }
    }

    /// <summary>
    /// Opens the namespace anew from its files beside what readers hold: what was acknowledged is in them, and nothing that was refused is
    /// taken up, as the log's new segment makes it void.
    /// </summary>
    private void Restore()
    {
        var before = Current;
        var left = before.Generation;
        _wal.StartAnew(new Lsn(before.Lsn.Value + 1));
        left.Metadata.StopWriting();
        var (restored, wal) = Recover(inUse: left);
        _wal.Dispose();
        _wal = wal;
        _failure = null;
        Publish(restored);
        _delayed?.Show(restored);
        Leave(left, deletes: restored.Generation.Number != left.Number);
        Log("is recovered and takes writes again");
    }
}
