namespace VectorServer.Api.Auth;

/// <summary>Who asks: a key by its name, and what it may do. Never the key itself. Immutable.</summary>
/// <param name="Name">As in the keys file; of the settings' keys <c>setting#1</c> and so on, which no file can name.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Indexes">The indexes it may do that to: names, and beginnings of names that end in <c>*</c>. None are all.</param>
internal sealed record AccessKey(string Name, KeyRole Role, IReadOnlyList<string> Indexes)
{
    /// <summary>Whoever comes to a server without keys.</summary>
    public static readonly AccessKey Anyone = new("-", KeyRole.Admin, []);

    public bool IsScoped => Indexes.Count > 0;

    public bool Covers(string index)
    {
        if (!IsScoped)
            return true;

        foreach (var pattern in Indexes)
        {
            var isMatch = pattern[^1] == '*' ? index.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal) : index == pattern;
            if (isMatch)
                return true;
        }

        return false;
    }
}
