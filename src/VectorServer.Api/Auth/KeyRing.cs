using System.Security.Cryptography;

namespace VectorServer.Api.Auth;

/// <summary>Known keys, as hashes, compared in a time that does not depend on what was sent. Immutable.</summary>
internal sealed class KeyRing
{
    private readonly (byte[] Hash, AccessKey Key)[] _keys;

    /// <param name="settings">Keys of the settings, which may do everything.</param>
    /// <param name="stored">Keys of the file.</param>
    public KeyRing(IEnumerable<string> settings, IEnumerable<StoredKey> stored) => _keys =
    [
        .. settings.Select((key, i) => (KeyText.Hash(key), new AccessKey($"setting#{i + 1}", KeyRole.Admin, []))),
        .. stored.Select(key => (Convert.FromHexString(key.Sha256), new AccessKey(key.Name, key.Role, key.Indexes))),
    ];

    public int Count => _keys.Length;

    /// <summary>Whose key was sent; null where it is nobody's.</summary>
    public AccessKey? Find(string? sent)
    {
        if (sent is null)
            return null;

        // Hashing first makes all comparisons equally long; looking at every key hides which one matched.
        var hash = KeyText.Hash(sent);
        AccessKey? found = null;
        foreach (var (known, key) in _keys)
            found = CryptographicOperations.FixedTimeEquals(known, hash) ? key : found;
        return found;
    }
}
