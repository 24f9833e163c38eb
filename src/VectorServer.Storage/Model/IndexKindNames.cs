namespace VectorServer.Storage;

/// <summary>The names users write for <see cref="IndexKind"/>.</summary>
public static class IndexKindNames
{
    private static readonly (IndexKind Value, string Name)[] Names =
    [
        (IndexKind.Auto, "auto"),
        (IndexKind.Flat, "flat"),
        (IndexKind.Hnsw, "hnsw"),
        (IndexKind.IvfFlat, "ivf_flat"),
        (IndexKind.IvfPq, "ivf_pq"),
    ];

    /// <summary>All names, for error messages: <c>auto, flat, ...</c>.</summary>
    public static string All { get; } = string.Join(", ", Names.Select(entry => entry.Name));

    public static string ToName(this IndexKind kind) => Names.First(entry => entry.Value == kind).Name;

    public static bool TryParse(string name, out IndexKind kind)
    {
        foreach (var entry in Names)
        {
            if (entry.Name == name)
            {
                kind = entry.Value;
                return true;
            }
        }

        kind = default;
        return false;
    }
}
