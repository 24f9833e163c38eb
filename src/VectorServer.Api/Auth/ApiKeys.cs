using System.Security.Cryptography;
using System.Text;

namespace VectorServer.Api.Auth;

/// <summary>The accepted keys, as hashes, compared in a time that does not depend on what was sent. Immutable.</summary>
internal sealed class ApiKeys(IEnumerable<string> keys)
{
    private readonly byte[][] _hashes = [.. keys.Select(Hash)];

    /// <summary>No keys: every request is let in.</summary>
    public bool IsOpen => _hashes.Length == 0;

    public bool Accept(string? key)
    {
        if (IsOpen)
            return true;

        // Hashing first makes all comparisons equally long; looking at every key hides which one matched.
        var hash = Hash(key ?? "");
        var isKnown = false;
        foreach (var known in _hashes)
            isKnown |= CryptographicOperations.FixedTimeEquals(known, hash);
        return isKnown && key is not null;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
