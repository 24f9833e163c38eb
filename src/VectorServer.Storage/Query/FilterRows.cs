using VectorServer.Storage.Filters;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Query;

/// <summary>Which live rows of a snapshot satisfy a filter.</summary>
internal static class FilterRows
{
    /// <summary>The rows as a bitmap, to narrow a scan.</summary>
    public static RowSet Select(NamespaceSnapshot snapshot, Filter filter)
    {
        var matching = new RowSet(snapshot.RowCount);
        snapshot.Generation.Metadata.Match(filter, snapshot.RowCount, matching);
        return matching;
    }

    /// <summary>The live rows, ascending.</summary>
    public static List<int> Find(NamespaceSnapshot snapshot, Filter filter)
    {
        var rows = new List<int>();
        foreach (var row in Select(snapshot, filter))
        {
            if (snapshot.IsLive(row.Value))
                rows.Add(row.Value);
        }

        return rows;
    }

    /// <summary>The first <paramref name="limit"/> live rows by id, after <paramref name="afterId"/>.</summary>
    public static int[] InIdOrder(NamespaceSnapshot snapshot, string? prefix, Filter? filter, string? afterId, int limit)
    {
        var rows = new List<int>();
        foreach (var (_, row) in snapshot.Generation.Metadata.IdsInOrder(prefix, afterId, filter, snapshot.RowCount))
        {
            if (!snapshot.IsLive(row.Value))
                continue;
            rows.Add(row.Value);
            if (rows.Count == limit)
                break;
        }

        return [.. rows];
    }
}
