using System.Diagnostics.CodeAnalysis;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.Model;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Query;
using VectorServer.Storage.Query.Recall;
using VectorServer.Storage.Registry;
using VectorServer.Storage.Wal;

namespace VectorServer.Storage;

/// <summary>
/// One open index: what a host needs of it, free of files and SQL. Thread-safe. Namespace names are the client's; the empty
/// string is the default namespace. Reads of an absent namespace are empty; writes create it, deletes in it throw
/// <see cref="StorageErrorCode.NotFound"/>. The default namespace counts as present and empty before its first write. Reads also take
/// the name of an alias; everything else refuses it.
/// </summary>
public sealed partial class VectorIndex
{
    private readonly NamespaceSet _namespaces;
    private readonly CodecChoice _codecChoice;
    private readonly SearchChoice _searchChoice;
    private readonly EngineServices _services;
    private readonly RecallGauge _recall;
    private IndexDescriptor _descriptor;

    private VectorIndex(string directory, IndexDescriptor descriptor, EngineServices services)
    {
        (_descriptor, _services) = (descriptor, services);
        Calibrated = CalibrationFile.Read(NamespaceLayout.IndexCalibration(directory), services.Log, services.Damage.CountRebuilt);
        _codecChoice = new CodecChoice(descriptor, Calibrated);
        _searchChoice = new SearchChoice(descriptor, RecallTuner.Measure);
        _namespaces = new NamespaceSet(directory, descriptor, _codecChoice, _searchChoice, services);
        _recall = new RecallGauge(services.Options.RecallSample, _namespaces.Ending);
    }

    /// <summary>What the index is now.</summary>
    public IndexDescriptor Descriptor => Volatile.Read(ref _descriptor);

    /// <summary>The codec calibrated on a sample given at the index's creation; null without one.</summary>
    internal Codec? Calibrated { get; }

    internal NamespaceSet Namespaces => _namespaces;

    /// <inheritdoc cref="UpsertAsync(string, IReadOnlyList{VectorRecord}, IdempotencyKey, CancellationToken)"/>
    public Task<WriteResult> UpsertAsync(string ns, IReadOnlyList<VectorRecord> records, CancellationToken cancellation = default) =>
        UpsertAsync(ns, records, key: null, cancellation);

    /// <summary>Writes whole records, all or none; an id twice in one batch: the last one wins.</summary>
    /// <param name="ns">The namespace, made where it is not there.</param>
    /// <param name="records">The records, copied before the call returns: the caller may change list and arrays while the task runs.</param>
    /// <param name="key">Makes a repetition do nothing; null: each call writes.</param>
    /// <param name="cancellation">Gives up waiting; the write may happen all the same.</param>
    /// <exception cref="StorageException">A record breaks a rule of the index (dimension, zero vector, ...).</exception>
    public Task<WriteResult> UpsertAsync(string ns, IReadOnlyList<VectorRecord> records, IdempotencyKey? key, CancellationToken cancellation)
    {
        var put = ToPut(ns, records, key);
        return _namespaces.WriteOrCreateAsync(
            ns, store => store.WriteAsync(snapshot => snapshot.HasDone(put.Key) ? null : put, readsState: key is not null, cancellation), cancellation);
    }

    /// <inheritdoc cref="LoadAsync(string, IReadOnlyList{VectorRecord}, IdempotencyKey, CancellationToken)"/>
    public Task<WriteResult> LoadAsync(string ns, IReadOnlyList<VectorRecord> records, CancellationToken cancellation = default) =>
        LoadAsync(ns, records, key: null, cancellation);

    /// <summary>
    /// Writes whole records as <see cref="UpsertAsync(string, IReadOnlyList{VectorRecord}, IdempotencyKey, CancellationToken)"/> does, but
    /// past the log and with a checkpoint of its own: faster from some thousand
    /// records on, slower below. Other writes of the namespace wait meanwhile, reads do not.
    /// </summary>
    /// <exception cref="StorageException">A record breaks a rule of the index (dimension, zero vector, ...).</exception>
    public Task<WriteResult> LoadAsync(string ns, IReadOnlyList<VectorRecord> records, IdempotencyKey? key, CancellationToken cancellation)
    {
        var put = ToPut(ns, records, key);
        return _namespaces.WriteOrCreateAsync(ns, store => store.LoadAsync(put, cancellation), cancellation);
    }

    /// <summary>Whether a write would take the record.</summary>
    /// <exception cref="StorageException">It breaks a rule of the index; the message says which.</exception>
    public void Check(VectorRecord record) => RecordRules.Check(Descriptor, Given(record, "A record"));

    /// <summary>Changes one record; an unknown id, or a namespace that is not there, changes nothing.</summary>
    /// <exception cref="StorageException">The update breaks a rule of the index.</exception>
    public Task<WriteResult> UpdateAsync(string ns, RecordUpdate update, CancellationToken cancellation = default)
    {
        RecordRules.CheckNamespaceName(ns);
        var own = Given(update, "An update");
        if (own.Values is { } values)
            own = own with { Values = values.ToArray() };
        RecordRules.Check(Descriptor, own);
        return _namespaces.WriteIfPresentAsync(ns, snapshot => RecordChanges.Update(snapshot, own), cancellation);
    }

    /// <summary>Merges metadata into every record that matches, at most <paramref name="limit"/> of them; all or none. Null changes nothing.</summary>
    public async Task<FilteredUpdateResult> UpdateByFilterAsync(
        string ns, Filter filter, RecordMetadata? setMetadata, bool dryRun, int limit, CancellationToken cancellation = default)
    {
        RecordRules.CheckNamespaceName(ns);
        Given(filter, "The filter of an update");
        CheckLimit(limit);
        var matched = 0;
        var result = await _namespaces.WriteIfPresentAsync(
            ns,
            snapshot =>
            {
                var rows = FilterRows.Find(snapshot, filter);
                matched = rows.Count;
                return dryRun || setMetadata is null ? null : RecordChanges.SetMetadata(snapshot, rows.Take(limit), setMetadata);
            },
            cancellation).ConfigureAwait(false);
        return new FilteredUpdateResult(matched, result.Lsn);
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>: no such namespace.</exception>
    public Task<WriteResult> DeleteAsync(string ns, IReadOnlyList<string> ids, CancellationToken cancellation = default)
    {
        RecordRules.CheckNamespaceName(ns);
        string[] own = [.. Given(ids, "The list of ids")];
        foreach (var id in own)
            RecordRules.CheckId(id);
        return _namespaces.WriteExistingAsync(ns, _ => new RemoveOperation(own), readsState: false, cancellation);
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>: no such namespace.</exception>
    public Task<WriteResult> DeleteByFilterAsync(string ns, Filter filter, CancellationToken cancellation = default)
    {
        RecordRules.CheckNamespaceName(ns);
        Given(filter, "The filter of a deletion");
        return _namespaces.WriteExistingAsync(
            ns, snapshot => RecordChanges.Remove(snapshot, FilterRows.Find(snapshot, filter)), readsState: true, cancellation);
    }

    /// <summary>Empties the namespace and keeps it.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>: no such namespace.</exception>
    public Task<WriteResult> DeleteAllAsync(string ns, CancellationToken cancellation = default)
    {
        RecordRules.CheckNamespaceName(ns);
        return _namespaces.WriteExistingAsync(ns, _ => new ClearOperation(), readsState: false, cancellation);
    }

    /// <summary>The records with these ids, in the order asked, each once; unknown ids are left out.</summary>
    public FetchResult Fetch(string ns, IReadOnlyList<string> ids)
    {
        RecordRules.CheckNamespaceName(ns);
        foreach (var id in Given(ids, "The list of ids"))
            Given(id, "An id");
        return _namespaces.Read(ns, (target, snapshot) =>
        {
            if (snapshot is null)
                return new FetchResult([], default) { Namespace = target };
            var rows = ids.Distinct(StringComparer.Ordinal).Select(snapshot.Find).Where(row => row >= 0).ToArray();
            return new FetchResult(Hydrator.Records(snapshot, rows), snapshot.Lsn) { Namespace = target };
        });
    }

    /// <summary>
    /// Every record, in the order they were last written, in lists of at most 1,000: what the namespace holds when the enumeration begins,
    /// whatever is written meanwhile. The enumeration keeps the files of that moment until it is disposed, or until the engine closes, which
    /// does not wait for it: the next step then throws.
    /// </summary>
    /// <exception cref="StorageException">From a step of the enumeration: <see cref="StorageErrorCode.Unavailable"/>, the engine is closing.</exception>
    public IEnumerable<IReadOnlyList<VectorRecord>> ReadAll(string ns)
    {
        RecordRules.CheckNamespaceName(ns);
        return ReadSteps();

        IEnumerable<IReadOnlyList<VectorRecord>> ReadSteps()
        {
            using var reading = _namespaces.BeginReading(ns);
            while (reading?.Next() is { } records)
                yield return records;
        }
    }

    /// <summary>Records that match, in id order, after <paramref name="afterId"/>, at most <paramref name="limit"/>, which is at least 1.</summary>
    public RecordPage FetchByFilter(string ns, Filter? filter, int limit, string? afterId)
    {
        RecordRules.CheckNamespaceName(ns);
        CheckLimit(limit);
        return _namespaces.Read(ns, (target, snapshot) =>
        {
            if (snapshot is null)
                return new RecordPage([], null, default) { Namespace = target };
            var rows = filter is null
                ? FilterRows.InIdOrder(snapshot, prefix: null, afterId, OneMore(limit))
                : FilterRows.InIdOrder(snapshot, filter, afterId, OneMore(limit));
            var page = Hydrator.Records(snapshot, rows.AsSpan(0, Math.Min(limit, rows.Length)));
            return new RecordPage(page, rows.Length > limit ? page[^1].Id : null, snapshot.Lsn) { Namespace = target };
        });
    }

    /// <summary>
    /// Ids that begin with <paramref name="prefix"/>, in UTF-8 byte order, after <paramref name="afterId"/>, at most <paramref name="limit"/>,
    /// which is at least 1.
    /// </summary>
    public IdPage ListIds(string ns, string? prefix, int limit, string? afterId)
    {
        RecordRules.CheckNamespaceName(ns);
        CheckLimit(limit);
        return _namespaces.Read(ns, (target, snapshot) =>
        {
            if (snapshot is null)
                return new IdPage([], null, default) { Namespace = target };
            var rows = FilterRows.InIdOrder(snapshot, prefix, afterId, OneMore(limit));
            var ids = rows.Take(limit).Select(snapshot.Generation.Ids.IdOf).ToArray();
            return new IdPage(ids, rows.Length > limit ? ids[^1] : null, snapshot.Lsn) { Namespace = target };
        });
    }

    /// <summary>The namespaces that have been created or written to, in byte order; damaged ones too.</summary>
    public IReadOnlyList<string> NamespaceNames() => [.. _namespaces.Names()];

    /// <summary>The namespaces known to be damaged, which are counted nowhere.</summary>
    private IEnumerable<DamagedNamespace> DamagedNamespaces() =>
        from name in _namespaces.Names()
        let what = _namespaces.DamageOf(name)
        where what is not null
        select new DamagedNamespace(name, what);

    /// <summary>A damaged namespace is listed too, so that it can be deleted.</summary>
    private NamespaceInfo? DescribeWholeOrNot(string name) => _namespaces.IsWhole(name)
        ? _namespaces.Describe(name)
        : new NamespaceInfo(name, 0, null, 0) { Damage = _namespaces.DamageOf(name) ?? "It cannot be opened" };

    /// <summary>How the namespaces are stored, and how many records they have.</summary>
    /// <param name="filter">Counts only records that match; null counts all.</param>
    public IndexStorage Stats(Filter? filter = null)
    {
        var namespaces = new List<NamespaceStorageStats>();
        foreach (var name in _namespaces.Names().Where(_namespaces.IsWhole))
        {
            if (filter is null && _namespaces.AsLeft(name) is { } left)
            {
                namespaces.Add(left.Storage(_codecChoice.Wanted));
                continue;
            }

            if (!_namespaces.TryAcquire(name, out var lease))
                continue;
            using (lease)
            {
                var stats = lease.Snapshot.StatsOf(name);
                var recall = _recall.Read(name, lease.Snapshot);
                namespaces.Add(stats with
                {
                    RecordCount = filter is null ? stats.RecordCount : FilterRows.Count(lease.Snapshot, filter),
                    RecallAt10 = recall.Mean,
                    RecallSamples = recall.Samples,
                });
            }
        }

        return new IndexStorage(namespaces) { Damaged = [.. DamagedNamespaces()] };
    }

    /// <summary>
    /// Namespaces that have been created or written to, in byte order, after <paramref name="afterName"/>. To be found and sorted as
    /// clients see it, the default one goes by <see cref="NamespaceSet.DefaultListName"/> here.
    /// </summary>
    public NamespacePage ListNamespaces(string? prefix, int limit, string? afterName)
    {
        CheckLimit(limit);
        var names = _namespaces.Names()
            .Select(name => (Name: name, Listed: name.Length == 0 ? NamespaceSet.DefaultListName : name))
            .Where(ns => prefix is null || ns.Listed.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(ns => ns.Listed, StringComparer.Ordinal)
            .ToArray();
        var rest = names.Where(ns => afterName is null || string.CompareOrdinal(ns.Listed, afterName) > 0).ToArray();
        var page = rest.Take(limit).Select(ns => DescribeWholeOrNot(ns.Name)).OfType<NamespaceInfo>().ToArray();
        return new NamespacePage(page, rest.Length > limit ? rest[limit - 1].Listed : null, names.Length);
    }

    /// <exception cref="StorageException">
    /// <see cref="StorageErrorCode.AlreadyExists"/>, as a namespace or an alias; the default namespace always exists.
    /// </exception>
    public NamespaceInfo CreateNamespace(string ns, IReadOnlyList<string>? filterableFields = null)
    {
        RecordRules.CheckNamespaceName(ns);
        _namespaces.Create(ns, filterableFields);
        return DescribeNamespace(ns);
    }

    /// <summary>The namespace; the default one exists, empty, before its first write.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    public NamespaceInfo DescribeNamespace(string ns)
    {
        RecordRules.CheckNamespaceName(ns);
        return _namespaces.Describe(ns)
            ?? (ns.Length == 0 ? new NamespaceInfo(ns, 0, null, 0) : throw _namespaces.Absent(ns));
    }

    /// <exception cref="StorageException">
    /// <see cref="StorageErrorCode.NotFound"/>; <see cref="StorageErrorCode.FailedPrecondition"/>: an alias targets it.
    /// </exception>
    public async Task DeleteNamespaceAsync(string ns, CancellationToken cancellation = default)
    {
        RecordRules.CheckNamespaceName(ns);
        await _namespaces.DeleteAsync(ns, cancellation).ConfigureAwait(false);
        _recall.Forget(ns);
    }

    /// <summary>Rewrites the namespace without deleted rows and gives their space back.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    public Task CompactAsync(string ns, CancellationToken cancellation = default)
    {
        RecordRules.CheckNamespaceName(ns);
        return _namespaces.CompactAsync(ns, cancellation);
    }

    /// <summary>Compares the files of a namespace, or of all, with their checksums.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    public Task<IReadOnlyList<NamespaceIntegrity>> VerifyAsync(string? ns, CancellationToken cancellation = default) =>
        ForEachAsync(ns, name => _namespaces.VerifyAsync(name, cancellation));

    /// <summary>Repairs a namespace, or all: makes anew what is derived, saves what is whole, and keeps damaged originals aside.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    public Task<IReadOnlyList<NamespaceIntegrity>> RepairAsync(string? ns, CancellationToken cancellation = default) =>
        ForEachAsync(ns, name => _namespaces.RepairAsync(name, cancellation));

    /// <summary>Folds the log into the data files, so that <c>vectors.npy</c> holds every acknowledged row.</summary>
    public Task FlushAsync(CancellationToken cancellation = default) => _namespaces.FlushAsync(cancellation);

    /// <summary>Makes the directory of a new index; durable with all in it when the method returns.</summary>
    internal static void Create(IO.Disk disk, string directory, IndexDescriptor descriptor, IReadOnlyList<float[]>? calibrationSample)
    {
        Codec? codec = null;
        if (calibrationSample is not null)
            codec = CodecChoice.TrainOnSample(descriptor, calibrationSample);
        disk.CreateDirectory(directory);
        if (codec is not null)
            IO.AtomicFile.Write(disk, NamespaceLayout.IndexCalibration(directory), codec.Serialize());
        disk.SyncDirectory(Path.GetDirectoryName(directory)!);
    }

    internal static VectorIndex Open(string directory, IndexDescriptor descriptor, EngineServices services) => new(directory, descriptor, services);

    internal void Configure(IndexDescriptor changed)
    {
        var recode = changed.Compression != Descriptor.Compression;
        var search = changed.Search != Descriptor.Search;
        Volatile.Write(ref _descriptor, changed);
        _searchChoice.Change(changed.Search);
        _codecChoice.Change(changed.Compression);
        if (recode || search)
            _namespaces.Review();
    }

    internal Task CloseAsync() => _namespaces.CloseAsync();

    internal Task DropAsync() => _namespaces.DropAsync();

    private async Task<IReadOnlyList<NamespaceIntegrity>> ForEachAsync(string? ns, Func<string, Task<NamespaceIntegrity>> check)
    {
        var reports = new List<NamespaceIntegrity>();
        foreach (var name in ns is null ? [.. _namespaces.Names()] : new[] { ns })
            reports.Add(await check(name).ConfigureAwait(false));
        return reports;
    }

    private PutOperation ToPut(string ns, IReadOnlyList<VectorRecord> records, IdempotencyKey? key)
    {
        RecordRules.CheckNamespaceName(ns);
        var entries = new PutEntry[Given(records, "The list of records").Count];
        for (var i = 0; i < entries.Length; i++)
        {
            // The copy is what is checked: the caller's array may change before it is logged, or between log and file.
            var record = Given(records[i], "A record");
            record = record with { Values = record.Values.ToArray() };
            Check(record);
            entries[i] = new PutEntry(record.Id, record.Values, null, record.Sparse, record.Metadata);
        }

        return new PutOperation(entries, key);
    }

    private static T Given<T>([NotNull] T? value, string what)
        where T : class => value ?? throw StorageException.Invalid($"{what} must not be null");

    private static void CheckLimit(int limit)
    {
        if (limit < 1)
            throw StorageException.Invalid($"limit must be at least 1, got {limit}");
    }

    /// <summary>One more than the limit, to see whether there is a next page.</summary>
    private static int OneMore(int limit) => limit == int.MaxValue ? limit : limit + 1;
}
