using System.Diagnostics;
using VectorServer.Storage.Ann;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.Registry;
using VectorServer.Storage.Wal;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// One open namespace: its newest snapshot for readers, and the log and data files behind it for its <see cref="NamespaceWriter"/>,
/// which alone calls the mutating methods.
/// </summary>
internal sealed class NamespaceStore
{
    private readonly string _directory;
    private readonly EngineOptions _options;
    private readonly IndexDescriptor _index;
    private readonly CodecChoice _codecChoice;
    private readonly NamespaceWriter _writer;
    private readonly CandidateIndexBuilder _builder;
    private readonly DelayedView? _delayed;
    private NamespaceSnapshot _current;
    private readonly WalWriter _wal;
    private StorageException? _failure;
    private readonly Lock _removal = new();
    private readonly List<Generation> _replaced = []; // by compaction, and still being read
    private bool _removed;

    private NamespaceStore(
        string directory, IndexDescriptor index, CodecChoice codecChoice, SearchChoice searchChoice, EngineOptions options, bool visible)
    {
        (_directory, _index, _codecChoice, _options) = (directory, index, codecChoice, options);
        Description = NamespaceDescription.Read(NamespaceLayout.Description(directory));
        (_current, _wal) = Recover();
        if (options.VisibilityDelay > TimeSpan.Zero)
        {
            _delayed = new DelayedView(options.Time, options.VisibilityDelay);
            if (visible)
                _delayed.Show(_current);
            else
                _delayed.Add(_current);
        }

        _writer = new NamespaceWriter(this);
        _builder = new CandidateIndexBuilder(this, searchChoice, options, index.Name);
        _builder.Consider(_current);
    }

    public NamespaceDescription Description { get; }

    /// <summary>The newest snapshot, for the writer; readers take a lease.</summary>
    public NamespaceSnapshot Current => Volatile.Read(ref _current);

    /// <summary>False for a namespace so new that readers do not see it yet.</summary>
    public bool IsVisible => Readable is not null;

    /// <summary>Bytes on disk of a snapshot that the caller holds.</summary>
    public long SizeBytes(NamespaceSnapshot snapshot) => snapshot.Generation.SizeBytes(snapshot.RowCount) + _wal.PendingBytes;

    /// <summary>What a restart would replay.</summary>
    public long LogBytes => _wal.PendingBytes;

    /// <summary>Makes the directory of a new, empty namespace, whole or not at all, and opens it.</summary>
    /// <param name="directory">Where it is made.</param>
    /// <param name="description">What it is.</param>
    /// <param name="index">The index it belongs to.</param>
    /// <param name="codecChoice">The codes of the index.</param>
    /// <param name="searchChoice">The approximate indexes of the index.</param>
    /// <param name="options">How the engine runs.</param>
    /// <param name="visible">False lets readers see it after the visibility delay only.</param>
    public static NamespaceStore Create(
        string directory,
        NamespaceDescription description,
        IndexDescriptor index,
        CodecChoice codecChoice,
        SearchChoice searchChoice,
        EngineOptions options,
        bool visible)
    {
        const int FirstGeneration = 1;
        var aside = NamespaceLayout.Temporary(directory);
        Directory.CreateDirectory(NamespaceLayout.Wal(aside));
        description.Write(NamespaceLayout.Description(aside));
        var generation = Generation.Create(aside, FirstGeneration, index.Dimension);
        generation.Seal(0);
        generation.Release();
        new Checkpoint(Checkpoint.CurrentFormat, FirstGeneration, RowCount: 0, FirstRow: 0, LiveCount: 0, Lsn: 0)
            .Write(NamespaceLayout.Checkpoint(aside));
        Directory.Move(aside, directory);
        IO.FileSync.SyncDirectory(Path.GetDirectoryName(directory)!);
        return new NamespaceStore(directory, index, codecChoice, searchChoice, options, visible);
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>.</exception>
    public static NamespaceStore Open(
        string directory, IndexDescriptor index, CodecChoice codecChoice, SearchChoice searchChoice, EngineOptions options) =>
        new(directory, index, codecChoice, searchChoice, options, visible: true);

    /// <summary>The newest snapshot that readers may see, held until the lease is disposed; false while there is none, and once the namespace is closed.</summary>
    public bool TryAcquire(out SnapshotLease lease)
    {
        while (Readable is { } snapshot)
        {
            if (snapshot.Generation.TryAddReference())
            {
                lease = new SnapshotLease(snapshot);
                return true;
            }

            // Compaction may have closed the generation between the two reads; then there is a newer snapshot.
            if (ReferenceEquals(snapshot, Readable))
                break;
        }

        lease = default;
        return false;
    }

    /// <summary>The newest snapshot whatever readers may see, for work on what is derived from it.</summary>
    public bool TryAcquireCurrent(out SnapshotLease lease)
    {
        while (true)
        {
            var snapshot = Current;
            lease = new SnapshotLease(snapshot);
            if (snapshot.Generation.TryAddReference())
                return true;
            if (ReferenceEquals(snapshot, Current))
                return false;
        }
    }

    /// <summary>Publishes a snapshot of the same rows, with other things derived from them.</summary>
    public Task PublishAsync(Func<NamespaceSnapshot, NamespaceSnapshot> change, CancellationToken cancellation) =>
        _writer.MaintainAsync(() => Publish(change(Current)), cancellation);

    /// <summary>Looks whether the approximate index is what is wanted now.</summary>
    public void ReviewIndex() => _builder.Consider(Current);

    /// <inheritdoc cref="NamespaceWriter.WriteAsync"/>
    public Task<Lsn> WriteAsync(Func<NamespaceSnapshot, WalOperation?> resolve, bool readsState, CancellationToken cancellation) =>
        _writer.WriteAsync(resolve, readsState, cancellation);

    /// <summary>Writes whole records past the log; durable and visible, all or none, when the task ends.</summary>
    public Task<Lsn> LoadAsync(PutOperation records, CancellationToken cancellation) => _writer.MaintainAsync(() => Load(records), cancellation);

    public Task FlushAsync(CancellationToken cancellation) => _writer.MaintainAsync(WriteCheckpoint, cancellation);

    public Task CompactAsync(CancellationToken cancellation) => _writer.MaintainAsync(Compact, cancellation);

    /// <summary>Takes the compression that the index's descriptor asks for now.</summary>
    public Task RecodeAsync(CancellationToken cancellation) => _writer.MaintainAsync(Recode, cancellation);

    /// <summary>
    /// Finishes queued writes, folds the log in, so that the next open replays nothing, and waits for the last reader: whoever opens
    /// the files next shall have them alone. The caller sees to it that a namespace is closed or removed once.
    /// </summary>
    public async Task CloseAsync()
    {
        await _builder.StopAsync().ConfigureAwait(false);
        await _writer.CloseAsync().ConfigureAwait(false);
        try
        {
            if (_failure is null)
            {
                WriteCheckpoint();
                _builder.SaveOnClose(Current);
            }
        }
        catch (StorageException)
        {
            // Told by Fail. The log still holds everything, for the next open.
        }

        _wal.Dispose();
        Generation[] replaced;
        lock (_removal)
            replaced = [.. _replaced];
        var snapshot = Current;
        if (_failure is null)
            snapshot.Generation.Retire(() => Npy.NpyMatrix.TrimFile(snapshot.Generation.VectorsPath, snapshot.RowCount, _index.Dimension));
        else
            snapshot.Generation.Release();
        await Task.WhenAll(replaced.Append(snapshot.Generation).Select(generation => generation.Closed)).ConfigureAwait(false);
    }

    /// <summary>Removes the namespace: its name is free once <paramref name="forget"/> ran, its files go when the last reader is done.</summary>
    public async Task DropAsync(Action forget)
    {
        await StopAsync().ConfigureAwait(false);
        var trash = NamespaceLayout.Temporary(_directory);
        try
        {
            Directory.Move(_directory, trash);
        }
        catch
        {
            Current.Generation.Release(); // still there, to be opened again
            throw;
        }

        forget();
        Current.Generation.Retire(() => IO.Trash.Delete(trash));
        IO.FileSync.SyncDirectory(Path.GetDirectoryName(_directory)!);
    }

    /// <summary>Takes no more writes, ahead of the directory's removal; reads go on with the files they have open.</summary>
    public async Task StopAsync()
    {
        await _builder.StopAsync().ConfigureAwait(false);
        await _writer.CloseAsync().ConfigureAwait(false);
        _wal.Dispose();
        lock (_removal)
        {
            _removed = true;
            foreach (var generation in _replaced.Append(Current.Generation))
                generation.Metadata.LeavePath();
        }
    }

    /// <summary>Logs a group, applies it and publishes the snapshot that shows it.</summary>
    /// <returns>The LSN of the first operation; the others follow by one.</returns>
    internal Lsn Commit(IReadOnlyList<WalOperation> operations)
    {
        ThrowIfFailed();
        var first = new Lsn(Current.Lsn.Value + 1);
        try
        {
            _wal.Append(first, operations);
            Publish(Apply(Current, operations));
            return first;
        }
        catch (Exception e) when (e is not StorageException { Code: StorageErrorCode.InvalidArgument })
        {
            throw Fail(e);
        }
    }

    internal void CheckpointIfDue()
    {
        if (_wal.PendingBytes >= _options.CheckpointLogBytes && _failure is null)
            WriteCheckpoint();
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null)
            throw _failure;
    }

    /// <summary>The log or the data files may hold a part of a write: only a fresh recovery knows, so nothing more is written here.</summary>
    private StorageException Fail(Exception cause)
    {
        _options.Log?.Invoke($"Namespace '{Description.Name}' of index '{_index.Name}' stopped taking writes: {cause}");
        return _failure = new StorageException(
            StorageErrorCode.Unavailable, "The namespace takes no writes since its disk refused one; reads go on, a restart recovers it", cause);
    }

    private NamespaceSnapshot? Readable => _delayed is null ? Current : _delayed.Visible;

    private void Publish(NamespaceSnapshot snapshot)
    {
        Volatile.Write(ref _current, snapshot);
        _delayed?.Add(snapshot);
        _builder.Consider(snapshot);
    }

    /// <summary>Opens the checkpoint's generation, replays the log through the same <see cref="Apply"/> as live writes, and goes on in the log.</summary>
    private (NamespaceSnapshot Snapshot, WalWriter Wal) Recover()
    {
        var started = Stopwatch.GetTimestamp();
        var checkpoint = Checkpoint.Read(NamespaceLayout.Checkpoint(_directory));
        foreach (var other in Directory.GetDirectories(_directory, "gen-*"))
        {
            if (other != NamespaceLayout.Generation(_directory, checkpoint.Generation))
                Directory.Delete(other, recursive: true); // an unfinished or replaced compaction
        }

        var generation = Generation.Open(_directory, checkpoint, _index.Dimension);
        try
        {
            var snapshot = new NamespaceSnapshot(
                generation, checkpoint.FirstRow, checkpoint.RowCount, checkpoint.LiveCount, new Lsn(checkpoint.Lsn), null);
            snapshot = snapshot with { Codes = CodeStore.Open(snapshot, _codecChoice) };

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
                snapshot = snapshot with { Codes = CodeStore.Extend(snapshot, _codecChoice) }; // another compression was chosen while it was closed
            if (replayed > 0)
                _options.Log?.Invoke($"Namespace '{Description.Name}' of index '{_index.Name}': {replayed} operations replayed from the log");
            StorageMeter.Replayed.Add(replayed);
            StorageMeter.NamespaceOpen.RecordSince(started);
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
        return applier.Snapshot with { Codes = CodeStore.Extend(applier.Snapshot, _codecChoice) };
    }

    private void WriteCheckpoint()
    {
        ThrowIfFailed();
        if (_wal.PendingBytes == 0)
            return;
        try
        {
            var started = Stopwatch.GetTimestamp();
            Current.Generation.Seal(Current.RowCount);
            Fold(Current);
            StorageMeter.Checkpoint.RecordSince(started);
        }
        catch (Exception e)
        {
            throw Fail(e);
        }
    }

    /// <summary>
    /// Applies records that are not logged, and folds them in before anyone sees them. Until the checkpoint names them a crash leaves the
    /// older checkpoint with its log, whose recovery cuts the rows behind it.
    /// </summary>
    private void Load(PutOperation records)
    {
        ThrowIfFailed();
        try
        {
            var loaded = Apply(Current, [records]);
            loaded.Generation.Seal(loaded.RowCount);
            Fold(loaded);
            Publish(loaded);
        }
        catch (Exception e)
        {
            throw Fail(e);
        }
    }

    /// <summary>Names what is durable in the data files, then cuts the log.</summary>
    private void Fold(NamespaceSnapshot snapshot)
    {
        new Checkpoint(
            Checkpoint.CurrentFormat, snapshot.Generation.Number, snapshot.RowCount, snapshot.FirstRow, snapshot.LiveCount, snapshot.Lsn.Value)
            .Write(NamespaceLayout.Checkpoint(_directory));
        if (_wal.PendingBytes > 0)
            _wal.Cut(new Lsn(snapshot.Lsn.Value + 1)); // an empty log takes any later operation: a new one would only cost three syncs
    }

    private void Compact()
    {
        ThrowIfFailed();
        var started = Stopwatch.GetTimestamp();
        var before = Current;
        var after = Compactor.Rewrite(before, _directory, _codecChoice);
        try
        {
            Fold(after);
        }
        catch (Exception e)
        {
            // The checkpoint may name the new generation already, and the log speaks of rows by their numbers in the old one.
            after.Generation.Release();
            throw Fail(e);
        }

        Publish(after);
        StorageMeter.Compaction.RecordSince(started);
        _delayed?.Show(after); // what is older lies in the generation that goes, so compaction ends the wait of writes before it
        var replaced = NamespaceLayout.Generation(_directory, before.Generation.Number);
        lock (_removal)
            _replaced.Add(before.Generation);
        before.Generation.Retire(() =>
        {
            // Once the namespace is removed, its path may be a successor's.
            lock (_removal)
            {
                _replaced.Remove(before.Generation);
                if (!_removed)
                    IO.Trash.Delete(replaced);
            }
        });
    }

    private void Recode()
    {
        var snapshot = Current;
        Publish(snapshot with { Codes = CodeStore.Extend(snapshot with { Codes = null }, _codecChoice) });
    }
}
