using System.Runtime.InteropServices;
using System.Text.Json;
using VectorServer.Storage.CrashWriter;

namespace VectorServer.Storage.Tests.Recovery;

/// <summary>Reads an engine by every way of reading and says what distinguishes it from a model; null if nothing does.</summary>
internal static class CrashComparison
{
    public static string? Difference(VectorEngine engine, CrashModel model)
    {
        if (Texts(engine.Indexes.Select(index => index.Descriptor.Name)) is var found && found != Texts(model.Indexes.Keys))
            return $"indexes are {found}, expected {Texts(model.Indexes.Keys)}";
        if (engine.Backups.List().Count is var backups && backups != (model.Backup is null ? 0 : 1))
            return $"{backups} backups are there, that is not as expected";
        return model.Indexes.Select(index => Difference(engine.GetIndex(index.Key), index.Value)).FirstOrDefault(difference => difference is not null);
    }

    private static string? Difference(VectorIndex index, CrashIndex expected)
    {
        // The default namespace need not be there to be empty.
        var names = Texts(index.NamespaceNames().Where(name => name.Length > 0));
        var expectedNames = Texts(expected.Namespaces.Keys.Where(name => name.Length > 0));
        if (names != expectedNames)
            return $"namespaces of {index.Descriptor.Name} are {names}, expected {expectedNames}";
        if (index.ListAliases(null, null, 10, null).Aliases.SingleOrDefault()?.TargetNamespace is var target && target != expected.AliasTarget)
            return $"the alias of {index.Descriptor.Name} means {target}, expected {expected.AliasTarget}";
        if (expected.AliasTarget is { } aliased && Difference(index, "alias", expected.Namespaces[aliased]) is { } behindAlias)
            return $"by the alias: {behindAlias}";
        if (index.Stats().TotalRecordCount != expected.Namespaces.Values.Sum(records => records.Count))
            return $"the statistics of {index.Descriptor.Name} count {index.Stats().TotalRecordCount} records";
        return expected.Namespaces.Select(ns => Difference(index, ns.Key, ns.Value) is { } difference ? $"namespace '{ns.Key}' of {index.Descriptor.Name}: {difference}" : null)
            .FirstOrDefault(difference => difference is not null);
    }

    private static string? Difference(VectorIndex index, string ns, Dictionary<string, CrashRecord> expected)
    {
        var ids = index.ListIds(ns, null, 100_000, null).Ids;
        if (!expected.Keys.Order(StringComparer.Ordinal).SequenceEqual(ids))
            return $"{ids.Count} ids listed, {expected.Count} expected";
        if (index.Count(ns, null).Count != expected.Count)
            return $"{index.Count(ns, null).Count} counted, {expected.Count} expected";
        if (!Query(index, ns, null).SequenceEqual(ids))
            return "a query finds others than are listed";
        var filter = Filter.Parse(JsonSerializer.SerializeToElement(new { colour = 2 }))!;
        if (!Query(index, ns, filter).SequenceEqual(expected.Values.Where(record => record.Colour == 2).Select(record => record.Id).Order(StringComparer.Ordinal)))
            return "a query with a filter finds others than match";
        if (!QuerySparse(index, ns).SequenceEqual(expected.Values.Where(IsHit).Select(record => record.Id).Order(StringComparer.Ordinal)))
            return "a sparse query finds others than share an index with it";
        return index.Fetch(ns, ids).Records.Select(record => Difference(record, expected[record.Id].ToRecord())).FirstOrDefault(difference => difference is not null);
    }

    private static IEnumerable<string> Query(VectorIndex index, string ns, Filter? filter)
    {
        var vector = new float[Script.Dimension];
        vector.AsSpan().Fill(1);
        var query = new VectorQuery { Vector = vector, TopK = 10_000, Exact = true, Filter = filter };
        return index.Query(ns, query).Matches.Select(match => match.Id).Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> QuerySparse(VectorIndex index, string ns) =>
        index.Query(ns, new VectorQuery { Sparse = SparseVector.Create([7], [1]), TopK = 10_000 }).Matches.Select(match => match.Id).Order(StringComparer.Ordinal);

    private static bool IsHit(CrashRecord record) => record.Sparse?.Indices.Span.Contains(7u) == true;

    private static string? Difference(VectorRecord found, VectorRecord expected)
    {
        if (!IsSame(found.Values, expected.Values))
            return $"the values of {found.Id} differ";
        if (!found.Metadata!.Equals(expected.Metadata))
            return $"the metadata of {found.Id} is {found.Metadata}, expected {expected.Metadata}";
        if ((found.Sparse is null) != (expected.Sparse is null))
            return $"sparse values of {found.Id} are there or not, against what is expected";
        return found.Sparse is null || (found.Sparse.Indices.Span.SequenceEqual(expected.Sparse!.Indices.Span) && IsSame(found.Sparse.Values, expected.Sparse.Values))
            ? null
            : $"the sparse values of {found.Id} differ";
    }

    /// <summary>To the bit.</summary>
    private static bool IsSame(ReadOnlyMemory<float> a, ReadOnlyMemory<float> b) =>
        MemoryMarshal.AsBytes(a.Span).SequenceEqual(MemoryMarshal.AsBytes(b.Span));

    private static string Texts(IEnumerable<string> texts) => string.Join(',', texts.Order(StringComparer.Ordinal));
}
