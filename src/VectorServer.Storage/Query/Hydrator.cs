using System.Runtime.InteropServices;
using VectorServer.Storage.Metadata;
using VectorServer.Storage.Model;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Query;

/// <summary>Makes records of rows.</summary>
internal static class Hydrator
{
    /// <summary>Whole records.</summary>
    public static IReadOnlyList<VectorRecord> Records(NamespaceSnapshot snapshot, ReadOnlySpan<int> rows)
    {
        var generation = snapshot.Generation;
        var parts = Read(generation, rows, metadata: true, sparse: true);
        var records = new VectorRecord[rows.Length];
        for (var i = 0; i < records.Length; i++)
            records[i] = new VectorRecord(generation.Ids.IdOf(rows[i]), Values(generation, rows[i]), parts[i].Sparse, parts[i].Metadata);
        return records;
    }

    /// <summary>Matches with the parts that were asked for. Ids and values are in memory; only metadata and sparse values are looked up.</summary>
    public static IReadOnlyList<ScoredRecord> Matches(NamespaceSnapshot snapshot, ReadOnlySpan<Match> matches, bool values, bool metadata)
    {
        var generation = snapshot.Generation;
        var rows = new int[matches.Length];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = matches[i].Row;

        var parts = values || metadata ? Read(generation, rows, metadata, sparse: values) : null;
        var records = new ScoredRecord[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            records[i] = new ScoredRecord(
                generation.Ids.IdOf(rows[i]),
                matches[i].Score,
                values ? Values(generation, rows[i]) : default,
                parts?[i].Sparse,
                parts?[i].Metadata);
        }

        return records;
    }

    private static RowDetails[] Read(Generation generation, ReadOnlySpan<int> rows, bool metadata, bool sparse)
    {
        var parts = new RowDetails[rows.Length];
        generation.Metadata.Hydrate(MemoryMarshal.Cast<int, RowId>(rows), metadata, sparse, parts);
        return parts;
    }

    private static ReadOnlyMemory<float> Values(Generation generation, int row) =>
        generation.Vectors.Dimension == 0 ? default : generation.Vectors.Row(row).ToArray();
}
