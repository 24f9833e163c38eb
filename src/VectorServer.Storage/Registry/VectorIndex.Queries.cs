using VectorServer.Storage.Model;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Query;
using VectorServer.Storage.Query.Advice;

namespace VectorServer.Storage;

/// <content>Searches, and what tells about them.</content>
public sealed partial class VectorIndex
{
    /// <summary>The nearest records, best first; ties by id.</summary>
    /// <exception cref="StorageException">The query breaks a rule of the index (dimension, kind of vector, ...).</exception>
    public QueryResult Query(string ns, VectorQuery query, CancellationToken cancellation = default)
    {
        var descriptor = Descriptor;
        RecordRules.CheckNamespaceName(ns);
        QueryExecutor.Check(descriptor, Given(query, "A query"));
        return _namespaces.Read(
            ns, (target, snapshot) => QueryFanOut.Answer(descriptor, new HeldQuery(query, target, snapshot, _recall.Of(target)), cancellation));
    }

    /// <summary>Answers several queries on all cores; those of one namespace see the same snapshot.</summary>
    /// <returns>One result a query, in their order.</returns>
    /// <exception cref="StorageException">A query breaks a rule of the index; the message says which.</exception>
    public IReadOnlyList<QueryResult> QueryMany(IReadOnlyList<NamespaceQuery> queries, CancellationToken cancellation = default)
    {
        var descriptor = Descriptor;
        for (var i = 0; i < Given(queries, "The list of queries").Count; i++)
            CheckOneOfMany(descriptor, queries[i], i);

        var names = queries.Select(query => query.Namespace).Distinct(StringComparer.Ordinal).ToArray();
        var held = new Dictionary<string, (string Target, NamespaceSnapshot? Snapshot)>(StringComparer.Ordinal);
        return HoldFrom(0);

        // Each read is inside of the one before, so that all snapshots are held until the last query is answered.
        QueryResult[] HoldFrom(int first) => first < names.Length
            ? _namespaces.Read(names[first], (target, snapshot) =>
            {
                held[names[first]] = (target, snapshot);
                return HoldFrom(first + 1);
            })
            : QueryFanOut.Run(descriptor, [.. queries.Select(Hold)], cancellation);

        HeldQuery Hold(NamespaceQuery query)
        {
            var (target, snapshot) = held[query.Namespace];
            return new HeldQuery(query.Query, target, snapshot, _recall.Of(target));
        }
    }

    /// <summary>How many records match; null counts all.</summary>
    public CountResult Count(string ns, Filter? filter)
    {
        RecordRules.CheckNamespaceName(ns);
        return _namespaces.Read(ns, (target, snapshot) =>
        {
            if (snapshot is null)
                return new CountResult(0, default) { Namespace = target };
            var count = filter is null ? snapshot.LiveCount : FilterRows.Count(snapshot, filter);
            return new CountResult(count, snapshot.Lsn) { Namespace = target };
        });
    }

    /// <summary>Measures every compression on the namespace's own vectors. Takes seconds; one at a time in the process.</summary>
    /// <exception cref="StorageException">The index is sparse, or the namespace too small to measure.</exception>
    public async Task<CompressionAdvice> AdviseAsync(string ns, AdviceOptions options, CancellationToken cancellation = default)
    {
        RecordRules.CheckNamespaceName(ns);
        Given(options, "The options of advice");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _namespaces.Ending);
        return await CompressionAdviser.OneAtATimeAsync(
            () => _namespaces.Read(ns, (target, snapshot) => CompressionAdviser.Advise(Descriptor, snapshot, options, stop.Token) with { Namespace = target }),
            stop.Token).ConfigureAwait(false);
    }

    private static void CheckOneOfMany(IndexDescriptor descriptor, NamespaceQuery query, int number)
    {
        try
        {
            RecordRules.CheckNamespaceName(Given(query, "A query").Namespace);
            QueryExecutor.Check(descriptor, Given(query.Query, "A query"));
        }
        catch (StorageException refused)
        {
            throw new StorageException(refused.Code, $"{refused.Message} (queries[{number}])", refused);
        }
    }
}
