using VectorServer.Api.Validation;
using VectorServer.Storage.Codecs;

namespace VectorServer.Api.Indexes;

/// <summary>How tags combine, and the setting that one of them carries.</summary>
internal static class IndexTags
{
    /// <summary>Sets the tags named, removes those with an empty value; null when none is left.</summary>
    public static IReadOnlyDictionary<string, string>? Merge(
        IReadOnlyDictionary<string, string>? before, IReadOnlyDictionary<string, string?>? changes)
    {
        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in before ?? new Dictionary<string, string>())
            merged[key] = value;
        foreach (var (key, value) in changes ?? new Dictionary<string, string?>())
        {
            if (string.IsNullOrEmpty(value))
                merged.Remove(key);
            else
                merged[key] = value;
        }

        IndexRules.CheckTagCount(merged.Count);
        return merged.Count == 0 ? null : merged;
    }

    public static Compression CompressionOf(IReadOnlyDictionary<string, string>? tags, Compression otherwise) =>
        tags?.TryGetValue(IndexRules.CompressionTag, out var name) == true && CompressionNames.TryParse(name, out var compression)
            ? compression
            : otherwise;
}
