using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using VectorServer.Storage.IO;
using VectorServer.Storage.Wal;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// One open namespace: its newest snapshot for readers, and the log and data files behind it for its <see cref="NamespaceWriter"/>,
/// which alone calls the mutating methods.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "It ends asynchronously, by CloseAsync or DropAsync.")]
internal sealed partial class NamespaceStore
{
    private readonly string _directory;
    private readonly EngineServices _services;
    private readonly IndexDescriptor _index;
    private readonly NamespaceWriter _writer;
    private readonly CandidateIndexBuilder _builder;
    private readonly CodeKeeper _codes;
    private readonly DerivedFiles _derived;
    private readonly Compactor _compactor;
    private readonly DelayedView? _delayed;
    private readonly CountsFile _counts;
    private readonly ColumnKeeper _columns;
    private NamespaceSnapshot _current;
    private WalWriter _wal;
    private StorageException? _failure;
    private readonly Lock _removal = new();
    private readonly List<Generation> _replaced = []; // by compaction, and still being read
    private bool _removed;

    private NamespaceStore(
        string directory, IndexDescriptor index, CodecChoice codecChoice, SearchChoice searchChoice, EngineServices services, bool visible)
    {
        (_directory, _index, _services) = (directory, index, services);
        Description = NamespaceDescription.Read(NamespaceLayout.Description(directory));
        _codes = new CodeKeeper(this, codecChoice, services, Log);
        _derived = new DerivedFiles(Log);
        _compactor = new Compactor(this, services, Log);
        _columns = new ColumnKeeper(this, services, Log);
        _counts = CountsFile.Of(services.Disk, directory);
        Touch();
        OpenedAt = LastUsed;
        (_current, _wal) = WithReserve(() => Recover(inUse: null));
        if (services.Options.VisibilityDelay > TimeSpan.Zero)
        {
            _delayed = new DelayedView(services.Time, services.Options.VisibilityDelay);
            if (visible)
                _delayed.Show(_current);
            else
                _delayed.Add(_current);
        }

        _writer = new NamespaceWriter(this);
        _builder = new CandidateIndexBuilder(this, searchChoice, services, Log);
        _counts.Write(CountsOf(_current));
        Review(_current);
    }

    public NamespaceDescription Description { get; }

    /// <summary>The index's.</summary>
    public Metric Metric => _index.Metric;

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
    /// <param name="services">What the engine shares.</param>
    /// <param name="visible">False lets readers see it after the visibility delay only.</param>
    public static NamespaceStore Create(
        string directory,
        NamespaceDescription description,
        IndexDescriptor index,
        CodecChoice codecChoice,
        SearchChoice searchChoice,
        EngineServices services,
        bool visible)
    {
        return Counted(services, () =>
        {
            var aside = NamespaceLayout.Temporary(directory);
            try
            {
                Make(aside, description, index, services);
                services.Disk.MoveDirectory(aside, directory);
                services.Disk.SyncDirectory(Path.GetDirectoryName(directory)!);
            }
            catch
            {
                if (!Directory.Exists(aside) && Directory.Exists(directory))
                    services.Disk.MoveDirectory(directory, aside);
                Trash.Delete(services.Disk, aside); // on a full disk its space is needed
                throw;
            }

            return new NamespaceStore(directory, index, codecChoice, searchChoice, services, visible);
        });
    }

    private static void Make(string aside, NamespaceDescription description, IndexDescriptor index, EngineServices services)
    {
        const int FirstGeneration = 1;
        services.Disk.CreateDirectory(NamespaceLayout.Wal(aside));
        WalWriter.Create(services.Disk, NamespaceLayout.Wal(aside), new Lsn(1), services.Options.Durability).Dispose();
        description.Write(services.Disk, NamespaceLayout.Description(aside));
        var generation = Generation.Create(services.Disk, aside, FirstGeneration, index.Dimension);
        try
        {
            generation.Seal(0);
        }
        finally
        {
            generation.Release();
        }

        new Checkpoint(Checkpoint.CurrentFormat, FirstGeneration, RowCount: 0, FirstRow: 0, LiveCount: 0, Lsn: 0, Deaths: 0, SparseRows: 0, HasLog: true)
            .Write(services.Disk, NamespaceLayout.Checkpoint(aside));
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>.</exception>
    public static NamespaceStore Open(
        string directory, IndexDescriptor index, CodecChoice codecChoice, SearchChoice searchChoice, EngineServices services) =>
        Counted(services, () => new NamespaceStore(directory, index, codecChoice, searchChoice, services, visible: true));

    /// <summary>Opens one of the engine's count; its end takes it off.</summary>
    private static NamespaceStore Counted(EngineServices services, Func<NamespaceStore> open)
    {
        services.OpenNamespaces.Enter();
        try
        {
            return open();
        }
        catch
        {
            services.OpenNamespaces.Leave();
            throw;
        }
    }

    /// <summary>
    /// The newest snapshot that readers may see, held until the lease is disposed; false while there is none, and once the namespace is
    /// closed.
    /// </summary>
    public bool TryAcquire(out SnapshotLease lease)
    {
        Touch();
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

    /// <summary>Looks whether codes and approximate index are what the index asks for now.</summary>
    public void ReviewDerived()
    {
        var snapshot = Current;
        _builder.Consider(snapshot);
        _codes.Consider(snapshot);
    }

    /// <summary>Has the file of counts tell that what was behind the rows no longer is.</summary>
    public Task WriteCountsAsync(CancellationToken cancellation) => _writer.MaintainAsync(() => _counts.Write(CountsOf(Current)), cancellation);

    /// <summary>More is derived of rows that are folded in already.</summary>
    public void ReconsiderDerived() => _derived.Reconsider();

    /// <inheritdoc cref="NamespaceWriter.WriteAsync"/>
    public Task<Lsn> WriteAsync(Func<NamespaceSnapshot, WalOperation?> resolve, bool readsState, CancellationToken cancellation)
    {
        Touch();
        return _writer.WriteAsync(resolve, readsState, cancellation);
    }

    /// <summary>Writes whole records past the log; durable and visible, all or none, when the task ends.</summary>
    public Task<Lsn> LoadAsync(PutOperation records, CancellationToken cancellation)
    {
        Touch();
        return _writer.MaintainAsync(() => Load(records), cancellation);
    }

    public Task FlushAsync(CancellationToken cancellation) => _writer.MaintainAsync(WriteCheckpoint, cancellation);

    public Task CompactAsync(CancellationToken cancellation)
    {
        Touch();
        return _compactor.CompactAsync(cancellation);
    }

    /// <summary>Does work that must not meet a write.</summary>
    public Task MaintainAsync(Action work, CancellationToken cancellation) => _writer.MaintainAsync(work, cancellation);

    /// <summary>Logs a group, applies it and publishes the snapshot that shows it.</summary>
    /// <returns>The LSN of the first operation; the others follow by one.</returns>
    internal Lsn Commit(IReadOnlyList<WalOperation> operations) =>
        operations.Any(operation => operation is PutOperation) ? CommitOnce(operations) : WithReserve(() => CommitOnce(operations));

    /// <summary>Before records are written.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.OutOfSpace"/>.</exception>
    internal void DemandSpace() => _services.Reserve.Demand();

    internal void CheckpointIfDue()
    {
        if (_wal.PendingBytes >= _services.Options.CheckpointLogBytes && _failure is null)
            WriteCheckpoint();
    }

    private Lsn CommitOnce(IReadOnlyList<WalOperation> operations)
    {
        RestoreIfFailed();
        var first = new Lsn(Current.Lsn.Value + 1);
        try
        {
            _wal.Append(first, operations);
        }
        catch (Exception e) when (e.IsDiskError())
        {
            throw DiskErrors.Refusal(e, "The write was refused"); // nothing is applied, and the log has made it void
        }

        try
        {
            Publish(Apply(Current, operations));
            return first;
        }
        catch (Exception e)
        {
            var refusal = Fail(e);
            TakeBack(first);
            throw refusal;
        }
    }

    private NamespaceCounts CountsOf(NamespaceSnapshot snapshot) =>
        NamespaceCounts.Of(snapshot) with { AreCodesBehind = _codes.IsBehind(snapshot), SearchMark = _builder.MarkOf(snapshot) };

    private NamespaceSnapshot? Readable => _delayed is null ? Current : _delayed.Visible;

    private void Publish(NamespaceSnapshot snapshot)
    {
        Volatile.Write(ref _current, snapshot);
        _delayed?.Add(snapshot);
        _counts.Write(CountsOf(snapshot));
        Review(snapshot);
    }

    private void WriteCheckpoint() => WithReserve(() =>
    {
        RestoreIfFailed();
        if (_wal.PendingBytes == 0)
            return false;
        try
        {
            var started = Stopwatch.GetTimestamp();
            Current.Generation.Seal(Current.RowCount);
            Fold(Current);
            StorageMeter.Checkpoint.RecordSince(started);
            return true;
        }
        catch (Exception e)
        {
            throw Fail(e);
        }
    });

    /// <summary>
    /// Applies records that are not logged, and folds them in before anyone sees them. Until the checkpoint names them a crash leaves the
    /// older checkpoint with its log, whose recovery cuts the rows behind it.
    /// </summary>
    private void Load(PutOperation records)
    {
        _services.Reserve.Demand();
        RestoreIfFailed();
        if (Current.HasDone(records.Key))
            return;
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
        Checkpoint.Of(snapshot).Write(_services.Disk, NamespaceLayout.Checkpoint(_directory));
        if (_wal.PendingBytes > 0)
            _wal.Cut(new Lsn(snapshot.Lsn.Value + 1)); // an empty log takes any later operation: a new one would only cost three syncs
        _derived.Consider(snapshot);
    }
}
