using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace VectorServer.Api.Switches;

/// <summary>
/// Draws the fate of each request. A route has a sequence of lots of its own, made from the seed and its name, so that the n-th request to
/// it fares alike in every run, whatever other routes are asked. Thread-safe; one sequence a route of the server.
/// </summary>
internal sealed class FaultLottery(IReadOnlyList<FaultRule> rules, int seed)
{
    private readonly ConcurrentDictionary<string, Random> _lots = new(StringComparer.Ordinal);

    /// <summary>The fate of the next request to a route by the first rule that matches it; null lets it pass.</summary>
    /// <param name="route">The route's name, whatever parameters the path has.</param>
    /// <param name="method">Of the request.</param>
    /// <param name="path">Of the request.</param>
    public Fault? Draw(string route, string method, string path)
    {
        if (rules.FirstOrDefault(rule => rule.Matches(method, path)) is not { } rule)
            return null;
        var lots = _lots.GetOrAdd(route, LotsOf);
        double lot;
        lock (lots)
            lot = lots.NextDouble();
        return rule.Choose(lot);
    }

    // A digest, because strings hash differently in every process. Random keeps its sequence for a seed.
    private Random LotsOf(string route) =>
        new(BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{seed} {route}")))));
}
