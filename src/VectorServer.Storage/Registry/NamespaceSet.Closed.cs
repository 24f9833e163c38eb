using VectorServer.Storage.IO;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Registry;

/// <content>
/// Which namespaces there are, and what lists and statistics say of those that are closed: told by their small files, or, of many after a
/// clean stop, by one file for all. Nothing is opened for it, but where the files do not tell.
/// </content>
internal sealed partial class NamespaceSet
{
    /// <summary>From here on a file tells of all, and they are looked at ahead; fewer are looked at within a few milliseconds.</summary>
    internal const int ManyNamespaces = 100;

    private readonly Lock _leftFile = new();
    private volatile bool _hasLeftFile;
    private bool _hasLookedAhead; // of the review, which runs once at a time

    /// <summary>What is to be said of a namespace that is closed; null for any other, and where its files do not tell.</summary>
    public NamespaceAsLeft? AsLeft(string name) =>
        _stores.TryGetValue(name, out var store) && store is ClosedNamespace { IsValueCreated: false } closed && DamageOf(name) is null ? closed.Left : null;

    /// <summary>The same of all that are closed.</summary>
    public IEnumerable<NamespaceAsLeft> AsLeft() => _stores.Keys.Select(AsLeft).OfType<NamespaceAsLeft>();

    private void FindNamespaces()
    {
        var left = ClosedNamespacesFile.Read(
            NamespaceLayout.ClosedNamespaces(_directory), what => _services.Log?.Invoke($"Index '{_index.Name}' looks at each of its namespaces: {what}"));
        _hasLeftFile = File.Exists(NamespaceLayout.ClosedNamespaces(_directory));
        var found = NamespaceLayout.DirectoriesIn(_directory).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, known) in left)
        {
            // One that is gone since is left out, and one that was changed by hand is noticed by LookAhead.
            var directory = NamespaceLayout.Namespace(_directory, name);
            if (found.Remove(directory))
                _stores[name] = AtFirstUse(name, NamespaceAsLeft.Of(directory, name, known.Counts, known.FilterableFields, _index.Dimension));
        }

        var others = found.ToArray();
        foreach (var unfinished in others.Where(IsUnfinished))
            Sweep(unfinished); // a creation or removal that did not finish
        var named = others.Where(directory => !IsUnfinished(directory));
        if (others.Length < ManyNamespaces)
        {
            foreach (var directory in named)
                FindOne(directory);
        }
        else
        {
            Parallel.ForEach(named, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, directory => FindOne(directory));
        }

        Review(); // what a stop or a kill has left undone
    }

    /// <summary>The file of what a clean stop left goes before anything changes: what it says is no longer sure.</summary>
    private void ForgetLeft()
    {
        if (!_hasLeftFile)
            return;
        lock (_leftFile)
        {
            _services.Disk.DeleteFile(NamespaceLayout.ClosedNamespaces(_directory));
            _services.Disk.SyncDirectory(_directory);
            _hasLeftFile = false;
        }
    }

    /// <summary>After a clean close of all.</summary>
    private void SaveLeft(IEnumerable<KeyValuePair<string, Lazy<NamespaceStore>>> stores)
    {
        var left = new List<(string, LeftNamespace)>();
        foreach (var (name, store) in stores)
        {
            var known = store.IsValueCreated ? store.Value.AsLeft() : (store as ClosedNamespace)?.KnownLeft;
            if (known is not null && DamageOf(name) is null)
                left.Add((name, new LeftNamespace(known.Counts, known.FilterableFields)));
        }

        if (left.Count < ManyNamespaces || _hasLeftFile)
            return;
        try
        {
            ClosedNamespacesFile.Write(_services.Disk, NamespaceLayout.ClosedNamespaces(_directory), left);
        }
        catch (Exception e) when (e.IsDiskError())
        {
            _services.Log?.Invoke($"Index '{_index.Name}' leaves no counts of its namespaces for its next opening: {e.Message}");
        }
    }

    /// <summary>Looks at many closed namespaces ahead of the first list or statistics, and whether what the file told of them is so.</summary>
    private void LookAhead()
    {
        if (_hasLookedAhead || _stores.Count < ManyNamespaces)
            return;
        _hasLookedAhead = true;
        var doubtful = new System.Collections.Concurrent.ConcurrentQueue<string>();
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = Ending };
            Parallel.ForEach(_stores, options, store =>
            {
                if (store.Value is ClosedNamespace { IsValueCreated: false } closed && !closed.Settle())
                    doubtful.Enqueue(store.Key);
            });
            foreach (var name in doubtful)
            {
                Ending.ThrowIfCancellationRequested();
                _ = IsWhole(name); // opened to tell
            }
        }
        catch (Exception) when (_closed)
        {
            // the index is closing
        }
    }

    private static bool IsUnfinished(string directory) => Path.GetFileName(directory).StartsWith(NamespaceLayout.TemporaryMark, StringComparison.Ordinal);

    private void FindOne(string directory)
    {
        if (ReadName(directory, out var filterableFields) is { } name)
        {
            _stores[name] = AtFirstUse(name, known: null, new Lazy<IReadOnlyList<string>?>(filterableFields));
            return;
        }

        lock (_unreadable)
            _unreadable.Add(directory);
    }

    /// <summary>Removes what was never finished, once its own name is durable: with the old one a part of a namespace would come back.</summary>
    private void Sweep(string unfinished)
    {
        _services.Disk.SyncDirectory(_directory);
        _services.Disk.DeleteDirectory(unfinished);
    }

    /// <summary>
    /// The name that a directory's description gives, or, where that is damaged, the directory's own name: the namespace is there, and
    /// refuses to be opened. Null where neither tells, and the directory is left alone.
    /// </summary>
    private string? ReadName(string directory, out IReadOnlyList<string>? filterableFields)
    {
        filterableFields = null;
        try
        {
            var description = NamespaceDescription.Read(NamespaceLayout.Description(directory));
            filterableFields = description.FilterableFields;
            return description.Name;
        }
        catch (StorageException e)
        {
            _services.Log?.Invoke($"A namespace of index '{_index.Name}' is not served, its description in {directory} is damaged: {e}");
            var name = NamespaceLayout.NameOf(directory);
            _services.Damage.Report(_index.Name, name ?? Path.GetFileName(directory), e.Message, _services.Time.GetUtcNow());
            return name;
        }
    }

    private ClosedNamespace AtFirstUse(string name, NamespaceAsLeft? known = null, Lazy<IReadOnlyList<string>?>? filterableFields = null)
    {
        var directory = NamespaceLayout.Namespace(_directory, name);
        filterableFields ??= new(() => NamespaceDescription.Read(NamespaceLayout.Description(directory)).FilterableFields);
        return new ClosedNamespace(
            () => _closed ? throw Closing() : Open(directory),
            () => NamespaceAsLeft.Look(directory, name, filterableFields, _index.Dimension))
        {
            Left = known,
        };
    }

    /// <summary>A namespace that is opened at its next use.</summary>
    private sealed class ClosedNamespace : Lazy<NamespaceStore>
    {
        private readonly Opening _opening;
        private readonly Lazy<NamespaceAsLeft?>? _look;
        private volatile NamespaceAsLeft? _left;
        private volatile bool _isClosing;

        /// <param name="open">Opens it.</param>
        /// <param name="look">Tells of it without opening it, see <see cref="NamespaceAsLeft.Look"/>; null for one whose closing is under way.</param>
        public ClosedNamespace(Func<NamespaceStore> open, Func<NamespaceAsLeft?>? look)
            : this(new Opening(open)) => _look = look is null ? null : new(look);

        private ClosedNamespace(Opening opening)
            : base(opening.Run) => _opening = opening;

        /// <summary>Its closing has not ended yet.</summary>
        public bool IsClosing
        {
            get => _isClosing;
            set => _isClosing = value;
        }

        /// <summary>It is open, or will be in a moment.</summary>
        public bool IsOpening => _opening.HasBegun;

        /// <summary>Null until a closing has ended, and where its files do not tell.</summary>
        public NamespaceAsLeft? Left
        {
            get => _left ?? _look?.Value;
            set => _left = value;
        }

        /// <summary>The same without a look.</summary>
        public NamespaceAsLeft? KnownLeft => _left ?? (_look is { IsValueCreated: true } looked ? looked.Value : null);

        /// <summary>Looks, and goes by that from now on.</summary>
        /// <returns>False where it was told of, and its files do not tell the same.</returns>
        public bool Settle()
        {
            var told = _left;
            var found = _look?.Value;
            if (_look is not null)
                _left = null;
            return told is null || _look is null || found is not null;
        }

        private sealed class Opening(Func<NamespaceStore> open)
        {
            private bool _hasBegun;

            public bool HasBegun => Volatile.Read(ref _hasBegun);

            public NamespaceStore Run()
            {
                Interlocked.Exchange(ref _hasBegun, true); // before it looks what the index asks for
                return open();
            }
        }
    }
}
