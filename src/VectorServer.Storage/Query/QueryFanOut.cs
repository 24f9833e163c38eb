using System.Runtime.ExceptionServices;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Query.Recall;

namespace VectorServer.Storage.Query;

/// <summary>A query and the snapshot it is answered on; null where there is no such namespace.</summary>
internal readonly record struct HeldQuery(VectorQuery Query, string Target, NamespaceSnapshot? Snapshot, RecallMeter? Recall);

/// <summary>Answers several queries at once, on as many threads as there are cores.</summary>
internal static class QueryFanOut
{
    /// <returns>One result a query, in their order.</returns>
    public static QueryResult[] Run(IndexDescriptor index, HeldQuery[] queries, CancellationToken cancellation)
    {
        var results = new QueryResult[queries.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation };
        try
        {
            Parallel.For(0, queries.Length, options, i => results[i] = Answer(index, queries[i], cancellation));
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }

        return results;
    }

    /// <summary>Answers one query.</summary>
    public static QueryResult Answer(IndexDescriptor index, HeldQuery held, CancellationToken cancellation)
    {
        var result = held.Snapshot is { } snapshot
            ? QueryExecutor.Execute(index, snapshot, held.Query, cancellation, held.Recall)
            : new QueryResult([], default) { Explanation = held.Query.Explain ? QueryExplanation.Nothing : null };
        return result with { Namespace = held.Target };
    }
}
