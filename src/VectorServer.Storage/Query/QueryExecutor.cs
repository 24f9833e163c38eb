using System.Buffers;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Registry;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Query;

/// <summary>A row and its exact score, as the metric defines it.</summary>
internal readonly record struct Match(int Row, float Score);

/// <summary>Answers a query on one snapshot.</summary>
/// <remarks>
/// Steps: 1. resolve an id to its vectors; 2. narrow by the filter; 3. plan; 4. find candidates; 5. rescore them exactly and keep topK;
/// 6. hydrate. Scores are the same whatever the plan: all come from step 5.
/// </remarks>
internal static class QueryExecutor
{
    /// <summary>Exact scans keep this many more candidates than topK, so that float32 rounding cannot cost a match its place.</summary>
    private const int RoundingMargin = 16;

    /// <exception cref="StorageException">The query breaks a rule of the index.</exception>
    public static void Check(IndexDescriptor index, VectorQuery query)
    {
        if (query.TopK < 1)
            throw StorageException.Invalid($"topK must be at least 1, got {query.TopK}");
        if (query.Vector is null && query.Sparse is null && query.Id is null)
            throw StorageException.Invalid("A query needs a vector, a sparse vector or an id");
        if (query.Id is not null && (query.Vector is not null || query.Sparse is not null))
            throw StorageException.Invalid("A query by id takes neither a vector nor a sparse vector");
        if (query.Vector is { } vector)
            RecordRules.CheckQuery(index, vector.Span);
        if (query.Id is { } id)
            RecordRules.CheckId(id);
        RecordRules.CheckSparseAllowed(index, query.Sparse);
    }

    public static QueryResult Execute(IndexDescriptor index, NamespaceSnapshot snapshot, VectorQuery query, CancellationToken cancellation)
    {
        // Step 1: resolve an id to its vectors.
        if (query.Id is { } id && Resolve(snapshot, query, id) is var resolved)
        {
            if (resolved is null)
                return new QueryResult([], snapshot.Lsn);
            query = resolved;
        }

        // Step 2: narrow by the filter.
        var filtered = query.Filter is null ? null : FilterRows.Select(snapshot, query.Filter);
        var candidateRows = filtered?.Count() ?? snapshot.LiveCount;
        if (candidateRows == 0)
            return new QueryResult([], snapshot.Lsn);
        cancellation.ThrowIfCancellationRequested();

        // Step 3: plan.
        var plan = QueryPlanner.Choose(index, snapshot, query, candidateRows);
        if (plan == QueryPlan.Sparse)
            return Answer(snapshot, query, SparseMatches(index.Metric, snapshot, query, filtered, candidateRows, cancellation));

        // Step 4: find candidates.
        var candidates = plan == QueryPlan.Index ? IndexSearch.Find(index, snapshot, query, filtered, candidateRows, cancellation) : null;
        candidates ??= Scan(index.Metric, plan == QueryPlan.Exact ? plan : QueryPlanner.WithoutIndex(snapshot), snapshot, query, filtered, candidateRows, cancellation);

        // Step 5: rescore exactly.
        return Answer(snapshot, query, Rescorer.Rescore(index.Metric, snapshot, query, candidates, sparseScores: null));
    }

    private static Candidate[] Scan(
        Metric metric, QueryPlan plan, NamespaceSnapshot snapshot, VectorQuery query, RowSet? filtered, int candidateRows, CancellationToken cancellation)
    {
        var keep = plan == QueryPlan.Codes ? QueryPlanner.CandidateCount(query, snapshot.Codes!.Codec) : (long)query.TopK + RoundingMargin;
        var nearest = new TopK((int)Math.Min(keep, candidateRows), snapshot.Generation.Ids);
        if (plan == QueryPlan.Codes)
            CandidateScan.Codes(snapshot, query.Vector!.Value.Span, filtered, nearest, cancellation);
        else
            CandidateScan.Exact(metric, snapshot, query.Vector!.Value.Span, filtered, nearest, cancellation);
        return nearest.Take();
    }

    private static Match[] SparseMatches(
        Metric metric, NamespaceSnapshot snapshot, VectorQuery query, RowSet? filtered, int candidateRows, CancellationToken cancellation)
    {
        var sparseScores = ArrayPool<double>.Shared.Rent(snapshot.RowCount - snapshot.FirstRow);
        try
        {
            var scores = sparseScores.AsSpan(0, snapshot.RowCount - snapshot.FirstRow);
            scores.Clear();
            snapshot.Generation.Sparse.AddScores(query.Sparse!, snapshot.FirstRow, scores);
            var nearest = new TopK((int)Math.Min((long)query.TopK + RoundingMargin, candidateRows), snapshot.Generation.Ids);
            CandidateScan.Sparse(snapshot, scores, query.Vector ?? default, filtered, nearest, cancellation);
            return Rescorer.Rescore(metric, snapshot, query, nearest.Take(), sparseScores);
        }
        finally
        {
            ArrayPool<double>.Shared.Return(sparseScores);
        }
    }

    /// <summary>Step 6: hydrate.</summary>
    private static QueryResult Answer(NamespaceSnapshot snapshot, VectorQuery query, Match[] matches) =>
        new(Hydrator.Matches(snapshot, matches, query.IncludeValues, query.IncludeMetadata), snapshot.Lsn);

    /// <summary>The query with the stored record's vectors; null if there is no such record.</summary>
    private static VectorQuery? Resolve(NamespaceSnapshot snapshot, VectorQuery query, string id)
    {
        var row = snapshot.Find(id);
        if (row < 0)
            return null;
        var generation = snapshot.Generation;
        return query with
        {
            Id = null,
            Vector = generation.Vectors.Dimension == 0 ? default(ReadOnlyMemory<float>?) : generation.Vectors.Row(row).ToArray(),
            Sparse = generation.Metadata.Read(new RowId(row)).Sparse,
        };
    }
}
