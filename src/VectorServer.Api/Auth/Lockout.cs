using System.Collections.Concurrent;
using System.Net;

namespace VectorServer.Api.Auth;

/// <summary>
/// Counts wrong keys by address, and shuts an address out for a while that sent too many. While it is, wrong keys are not told from right
/// ones, or the lock would not hinder guessing; but keys that were used from there before stay good, and on this machine all do, since
/// behind one address there may be many clients. Thread-safe.
/// </summary>
/// <param name="failuresMax">Within <see cref="Window"/>; 0 for as many as come.</param>
/// <param name="time">Counts the minutes.</param>
internal sealed class Lockout(int failuresMax, TimeProvider time)
{
    /// <summary>Addresses that are watched at once; all others share one count.</summary>
    internal const int AddressesMax = 10_000;

    private const int UsersMax = 10_000;

    /// <summary>Failures are counted within this.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    public static readonly TimeSpan LockedFor = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan SweepAfter = TimeSpan.FromSeconds(1);
    private static readonly IPAddress AllOthers = IPAddress.None;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Failures> _failures = [];
    private readonly ConcurrentDictionary<(IPAddress Network, string Key), bool> _users = new();
    private DateTimeOffset _sweptAt = DateTimeOffset.MinValue;

    /// <summary>How long a right key has to wait; null lets it in.</summary>
    public TimeSpan? Delay(IPAddress address, AccessKey key)
    {
        var user = (Network: RemoteAddress.NetworkOf(address), key.Name);
        if (_users.ContainsKey(user) || IPAddress.IsLoopback(address))
            return null;

        lock (_lock)
        {
            if (_failures.TryGetValue(user.Network, out var failures) && failures.LockedUntil - time.GetUtcNow() is { Ticks: > 0 } delay)
                return delay;
        }

        if (_users.Count >= UsersMax)
            _users.Clear();
        _users[user] = true;
        return null;
    }

    /// <summary>Counts a wrong key; how long the address is shut out, null where it is not (yet).</summary>
    /// <param name="address">Where it came from.</param>
    /// <param name="isNew">It is shut out from now on.</param>
    public TimeSpan? Fail(IPAddress address, out bool isNew)
    {
        isNew = false;
        if (failuresMax == 0)
            return null;

        var network = RemoteAddress.NetworkOf(address);
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (!_failures.TryGetValue(network, out var failures))
            {
                Sweep(now);
                network = _failures.Count < AddressesMax ? network : AllOthers;
                failures = _failures.GetValueOrDefault(network);
            }

            if (failures.LockedUntil > now)
                return failures.LockedUntil - now;
            if (failures.LockedUntil != default || now - failures.Since > Window)
                failures = new Failures(now, 0, default);

            failures = failures with { Count = failures.Count + 1 };
            isNew = failures.Count >= failuresMax;
            _failures[network] = isNew ? failures with { LockedUntil = now + LockedFor } : failures;
            return null;
        }
    }

    private void Sweep(DateTimeOffset now)
    {
        if (_failures.Count < AddressesMax || now - _sweptAt < SweepAfter)
            return;

        _sweptAt = now;
        foreach (var (network, failures) in _failures)
        {
            if (failures.LockedUntil <= now && now - failures.Since > Window)
                _failures.Remove(network);
        }
    }

    private readonly record struct Failures(DateTimeOffset Since, int Count, DateTimeOffset LockedUntil);
}
