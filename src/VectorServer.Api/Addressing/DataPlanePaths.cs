namespace VectorServer.Api.Addressing;

/// <summary>The first path segments of the data plane: what may follow <c>/indexes/{index_name}</c> to reach an index on the main port.</summary>
internal static class DataPlanePaths
{
    private static readonly HashSet<string> Segments = new(StringComparer.OrdinalIgnoreCase)
    {
        "vectors", "query", "query_many", "describe_index_stats", "namespaces", "namespace-aliases", "records", "bulk", "maintenance", "VectorService",
        "NamespaceAliasService",
    };

    public static bool Contains(PathString path)
    {
        var text = path.Value.AsSpan().TrimStart('/');
        var end = text.IndexOf('/');
        return Segments.GetAlternateLookup<ReadOnlySpan<char>>().Contains(end < 0 ? text : text[..end]);
    }
}
