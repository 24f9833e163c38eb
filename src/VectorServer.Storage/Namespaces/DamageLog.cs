using System.Collections.Concurrent;

namespace VectorServer.Storage;

/// <summary>What is known to be damaged, as of the last read, open or verification; and how often since the engine was opened. Thread-safe.</summary>
public sealed class DamageLog : IDamageReports
{
    private readonly ConcurrentDictionary<(string Index, string? Namespace), DamageReport> _current = new();
    private long _found;
    private long _rebuilt;
    private long _quarantined;

    /// <summary>What is damaged now, in the order of names.</summary>
    public IReadOnlyList<DamageReport> Current =>
        [.. _current.Values.OrderBy(report => report.Index, StringComparer.Ordinal).ThenBy(report => report.Namespace, StringComparer.Ordinal)];

    /// <summary>Namespaces and indexes found damaged.</summary>
    public long Found => Volatile.Read(ref _found);

    /// <summary>Derived files found damaged and made anew.</summary>
    public long Rebuilt => Volatile.Read(ref _rebuilt);

    /// <summary>Damaged originals that repair moved aside.</summary>
    public long Quarantined => Volatile.Read(ref _quarantined);

    /// <summary>Whether an index, as a whole, is damaged and not served.</summary>
    public bool IsDamaged(string index) => WhatIsWrong(index, null) is not null;

    internal void Report(string index, string? ns, string what, DateTimeOffset now, bool isNewer = false)
    {
        if (_current.TryAdd((index, ns), new DamageReport(index, ns, what, now) { IsNewer = isNewer }) && !isNewer)
            Interlocked.Increment(ref _found);
    }

    internal string? WhatIsWrong(string index, string? ns) => _current.GetValueOrDefault((index, ns))?.What;

    /// <summary>Repaired or deleted.</summary>
    internal void Clear(string index, string? ns) => _current.TryRemove((index, ns), out _);

    /// <summary>The index is gone.</summary>
    internal void ClearIndex(string index)
    {
        foreach (var key in _current.Keys.Where(key => key.Index == index))
            _current.TryRemove(key, out _);
    }

    internal void CountRebuilt() => Interlocked.Increment(ref _rebuilt);

    internal void CountQuarantined() => Interlocked.Increment(ref _quarantined);
}
