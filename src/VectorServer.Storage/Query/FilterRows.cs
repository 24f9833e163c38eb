using System.Text;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Query;

/// <summary>Which rows of a snapshot satisfy a filter.</summary>
internal static class FilterRows
{
    /// <summary>The rows as a bitmap, to narrow a scan; dead ones may be among them.</summary>
    public static RowSet Select(NamespaceSnapshot snapshot, Filter filter) =>
        snapshot.Generation.Columns.Select(snapshot.Generation.Metadata, snapshot.RowCount, filter);

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

    /// <summary>How many live rows there are.</summary>
    public static int Count(NamespaceSnapshot snapshot, Filter filter) => Count(snapshot, Select(snapshot, filter));

    /// <summary>How many of the rows are live.</summary>
    public static int Count(NamespaceSnapshot snapshot, RowSet rows)
    {
        var count = 0;
        foreach (var row in rows)
            count += snapshot.IsLive(row.Value) ? 1 : 0;
        return count;
    }

    /// <summary>The first <paramref name="limit"/> live rows by id, after <paramref name="afterId"/>.</summary>
    public static int[] InIdOrder(NamespaceSnapshot snapshot, Filter filter, string? afterId, int limit)
    {
        var ids = snapshot.Generation.Ids;
        var after = Encoding.UTF8.GetBytes(afterId ?? "");

        // The farthest of the rows kept comes out first, so each row costs a comparison or two, and nothing is sorted that is not returned.
        var kept = new PriorityQueue<int, int>(Comparer<int>.Create((left, right) => ids.Compare(right, left)));
        foreach (var row in Select(snapshot, filter))
        {
            if (!snapshot.IsLive(row.Value) || ids.Compare(row.Value, after) <= 0)
                continue;
            if (kept.Count < limit)
                kept.Enqueue(row.Value, row.Value);
            else
                kept.EnqueueDequeue(row.Value, row.Value);
        }

        var rows = new int[kept.Count];
        for (var i = rows.Length - 1; i >= 0; i--)
            rows[i] = kept.Dequeue();
        return rows;
    }

    /// <summary>The first <paramref name="limit"/> live rows by id that begin with a prefix, after <paramref name="afterId"/>.</summary>
    public static int[] InIdOrder(NamespaceSnapshot snapshot, string? prefix, string? afterId, int limit)
    {
        snapshot.Generation.IdIndex.Ensure(snapshot.Generation, snapshot.RowCount);
        var rows = new List<int>();
        foreach (var (_, row) in snapshot.Generation.Metadata.IdsInOrder(prefix, afterId, snapshot.RowCount))
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
