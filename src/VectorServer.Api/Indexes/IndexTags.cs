using System.Globalization;
using VectorServer.Api.Errors;
using VectorServer.Api.Validation;
using VectorServer.Storage;

namespace VectorServer.Api.Indexes;

/// <summary>How tags combine, and the settings that some of them carry: an SDK sets them without knowing of this server.</summary>
internal static class IndexTags
{
    private const string CompressionTag = "vs_compression";
    private const string KindTag = "vs_index";
    private const string RecallTag = "vs_recall";

    private static readonly Dictionary<string, Func<SearchOptions, int, SearchOptions>> Parameters = new(StringComparer.Ordinal)
    {
        ["vs_hnsw_m"] = (search, value) => search with { HnswM = value },
        ["vs_hnsw_ef_construction"] = (search, value) => search with { HnswEfConstruction = value },
        ["vs_hnsw_ef"] = (search, value) => search with { HnswEf = value },
        ["vs_ivf_nlist"] = (search, value) => search with { IvfLists = value },
        ["vs_ivf_nprobe"] = (search, value) => search with { IvfProbes = value },
    };

    /// <exception cref="WireException">The tag carries a setting, and the value is none.</exception>
    public static void CheckSetting(string tag, string value)
    {
        if (tag == CompressionTag && !CompressionNames.TryParse(value, out _))
            throw WireException.Invalid($"Tag {CompressionTag} must be one of {CompressionNames.All}, got '{value}'");
        if (tag == KindTag && !IndexKindNames.TryParse(value, out _))
            throw WireException.Invalid($"Tag {KindTag} must be one of {IndexKindNames.All}, got '{value}'");
        if (tag == RecallTag && !TryParseRecall(value, out _))
            throw WireException.Invalid($"Tag {RecallTag} must be a number such as 0.99, got '{value}'");
        if (Parameters.ContainsKey(tag) && !TryParse(value, out _))
            throw WireException.Invalid($"Tag {tag} must be a whole number, got '{value}'");
    }

    public static bool SetsCompression(string tag) => tag == CompressionTag;

    public static bool SetsSearch(string tag) => tag is KindTag or RecallTag || Parameters.ContainsKey(tag);

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
        tags?.TryGetValue(CompressionTag, out var name) == true && CompressionNames.TryParse(name, out var compression) ? compression : otherwise;

    public static SearchOptions SearchOf(IReadOnlyDictionary<string, string>? tags)
    {
        var search = SearchOptions.Default;
        foreach (var (tag, text) in tags ?? new Dictionary<string, string>())
        {
            if (tag == KindTag && IndexKindNames.TryParse(text, out var kind))
                search = search with { Kind = kind };
            else if (tag == RecallTag && TryParseRecall(text, out var recall))
                search = search with { Recall = recall };
            else if (Parameters.TryGetValue(tag, out var set) && TryParse(text, out var value))
                search = set(search, value);
        }

        return search;
    }

    private static bool TryParseRecall(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);

    private static bool TryParse(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
