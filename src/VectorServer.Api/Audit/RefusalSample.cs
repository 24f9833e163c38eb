using System.Net;
using VectorServer.Api.Auth;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Audit;

/// <summary>Of refusals that may come in floods, which are written down: the first of each kind and client within a minute. Thread-safe.</summary>
internal sealed class RefusalSample(TimeProvider time)
{
    /// <summary>From all clients, within <see cref="Window"/>.</summary>
    internal const int LinesMax = 1000;

    internal static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly HashSet<(IPAddress Network, string? Key, WireError Error)> _written = [];
    private DateTimeOffset _since = DateTimeOffset.MinValue;

    /// <param name="address">Where it came from.</param>
    /// <param name="key">Name of the key; null where none was looked at.</param>
    /// <param name="error">What was answered.</param>
    public bool Takes(IPAddress address, string? key, WireError error)
    {
        var client = (RemoteAddress.NetworkOf(address), key, error);
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (now - _since >= Window)
            {
                _written.Clear();
                _since = now;
            }

            return _written.Count < LinesMax && _written.Add(client);
        }
    }
}
