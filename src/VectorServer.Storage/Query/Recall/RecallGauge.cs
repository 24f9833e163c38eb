using System.Collections.Concurrent;
using System.Diagnostics;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Query.Recall;

/// <summary>
/// Measures how much of the true best 10 real queries of one index find: a share of those that were not answered exactly is answered
/// exactly too, in the background. At most one at a time in the process and a twentieth of one core; what is due beyond that is left out.
/// </summary>
/// <param name="share">Of the queries, 0..1; 0 measures nothing.</param>
/// <param name="stop">Cancelled when the index ends, which would wait for a measurement under way.</param>
internal sealed class RecallGauge(double share, CancellationToken stop)
{
    private const int RestPerWork = 19; // so that the work is a twentieth of the time

    private static int _isBusy;
    private static long _restUntil;

    private readonly ConcurrentDictionary<string, RecallMeter> _meters = new(StringComparer.Ordinal);
    private readonly ulong _step = (ulong)(share * (1UL << 32));
    private ulong _due; // queries that are due so far, with 32 fraction bits

    public CancellationToken Stop => stop;

    /// <summary>The meter of a namespace, by its own name; null when nothing is measured.</summary>
    public RecallMeter? Of(string ns) => _step == 0 ? null : _meters.GetOrAdd(ns, static (_, gauge) => new RecallMeter(gauge), this);

    /// <summary>What was measured with the codes and the index that the snapshot has.</summary>
    public RecallReading Read(string ns, NamespaceSnapshot snapshot) => _meters.TryGetValue(ns, out var meter) ? meter.Read(snapshot) : default;

    public void Forget(string ns) => _meters.TryRemove(ns, out _);

    /// <summary>Whether this query is one of the share and there is time to measure it; if so, <see cref="End"/> must follow.</summary>
    public bool TryBegin()
    {
        var due = Interlocked.Add(ref _due, _step);
        var isOneOfTheShare = due >> 32 != (due - _step) >> 32;
        return isOneOfTheShare
            && !stop.IsCancellationRequested
            && Stopwatch.GetTimestamp() >= Volatile.Read(ref _restUntil)
            && Interlocked.CompareExchange(ref _isBusy, 1, 0) == 0;
    }

    /// <param name="begun">When the work began, by <see cref="Stopwatch"/>.</param>
    public static void End(long begun)
    {
        var now = Stopwatch.GetTimestamp();
        Volatile.Write(ref _restUntil, now + ((now - begun) * RestPerWork));
        Volatile.Write(ref _isBusy, 0);
    }
}
