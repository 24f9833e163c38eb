using VectorServer.Storage.Filters;
using VectorServer.Storage.Model;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Query.Recall;

namespace VectorServer.Storage.Query;

/// <summary>A row and its exact score, as the metric defines it.</summary>
internal readonly record struct Match(int Row, double Score);

/// <summary>Answers a query on one snapshot.</summary>
/// <remarks>
/// Steps: 1. resolve an id to its vectors; 2. narrow by the filter; 3. plan; 4. find candidates; 5. rescore exactly those that were found by
/// estimates, and keep topK; 6. hydrate. Scores are the same whatever the plan: all come from <see cref="ExactRank"/>.
/// </remarks>
internal static class QueryExecutor
{
    private const float ScanFactorMin = 0.5f;
    private const float ScanFactorMax = 4;

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
        RecordRules.CheckSparseQuery(index, query.Sparse);
        CheckEffort(query);
        if (query.MinScore is not null && index.Metric == Metric.Euclidean)
            throw StorageException.Invalid("min_score is for the metrics cosine and dotproduct: an index of the metric euclidean takes max_distance");
        if (query.MaxDistance is not null && index.Metric != Metric.Euclidean)
            throw StorageException.Invalid("max_distance is for the metric euclidean: this index takes min_score");
        if (query.MaxDistance < 0)
            throw StorageException.Invalid($"max_distance must not be negative, got {query.MaxDistance}");
    }

    private static void CheckEffort(VectorQuery query)
    {
        if (query.ScanFactor is { } scanFactor && scanFactor is not (>= ScanFactorMin and <= ScanFactorMax))
            throw StorageException.Invalid($"scan_factor must be between {ScanFactorMin} and {ScanFactorMax}, got {scanFactor}");
        if (query.MaxCandidates < 1)
            throw StorageException.Invalid($"max_candidates must be at least 1, got {query.MaxCandidates}");
    }

    /// <param name="index">What the index is.</param>
    /// <param name="snapshot">What is searched.</param>
    /// <param name="query">A checked query.</param>
    /// <param name="cancellation">Stops between steps of a scan.</param>
    /// <param name="recall">Told of answers that may not be exact; null does without.</param>
    public static QueryResult Execute(
        IndexDescriptor index, NamespaceSnapshot snapshot, VectorQuery query, CancellationToken cancellation, RecallMeter? recall = null)
    {
        var trace = query.Explain ? new QueryTrace(snapshot) : null;

        // Step 1: resolve an id to its vectors.
        if (query.Id is { } id && Resolve(index, snapshot, query, id) is var resolved)
        {
            if (resolved is null)
                return new QueryResult([], snapshot.Lsn) { Explanation = trace?.Nothing() };
            query = resolved;
        }

        // Step 2: narrow by the filter.
        var filtered = query.Filter is null ? null : FilterRows.Select(snapshot, query.Filter);
        var candidateRows = filtered?.Count() ?? snapshot.LiveCount;
        trace?.Filtered(filtered);
        if (candidateRows == 0)
            return new QueryResult([], snapshot.Lsn) { Explanation = trace?.Nothing() };
        cancellation.ThrowIfCancellationRequested();

        // Step 3: plan.
        var plan = QueryPlanner.Choose(index, snapshot, query, candidateRows);
        trace?.Planned(plan, QueryPlanner.WhyOf(index, plan, snapshot, query, candidateRows));

        // Steps 4 and 5: find the nearest by the plan, and score them exactly.
        var outcome = plan switch
        {
            QueryPlan.Sparse => FindBySparse(index.Metric, snapshot, query, filtered, candidateRows, cancellation),
            QueryPlan.Index => IndexSearch.Find(index, snapshot, query, filtered, candidateRows, trace, cancellation),
            _ => null,
        };
        if (plan == QueryPlan.Index && outcome is null)
        {
            plan = QueryPlanner.WithoutIndex(snapshot);
            trace?.Planned(plan, "a scan settles the answer sooner than the index: the query lies outside of the rows, or near it few count");
        }

        if (plan == QueryPlan.Codes)
        {
            outcome = CodeSearch.Run(index.Metric, snapshot, query, filtered, candidateRows, query.Explain, cancellation);
            if (outcome is null)
            {
                plan = QueryPlan.Exact;
                trace?.Planned(plan, "the codes rule out too few rows");
            }
        }

        outcome ??= FindExactly(index.Metric, snapshot, query, filtered, candidateRows, cancellation);
        trace?.Settled(outcome);
        var matches = outcome.Matches(index.Metric);
        if (plan is QueryPlan.Codes or QueryPlan.Index)
            recall?.Consider(index, snapshot, query, matches, plan == QueryPlan.Index && QueryPlanner.EffortOfCaller(index, snapshot, query) is null);
        snapshot.Generation.Answers.Add(outcome.IsCertified);
        return Answer(index.Metric, snapshot, query, matches, trace);
    }

    private static SearchOutcome FindExactly(
        Metric metric, NamespaceSnapshot snapshot, VectorQuery query, RowSet? filtered, int candidateRows, CancellationToken cancellation)
    {
        var nearest = new TopK(Math.Min(query.TopK, candidateRows), snapshot.Generation.Ids);
        if (query.Sparse is null)
            CandidateScan.Exact(metric, snapshot, query.Vector!.Value.Span, filtered, nearest, cancellation);
        else if (query.Vector is { } dense)
            HybridScan.Run(snapshot, query.Sparse, dense.Span, filtered, nearest, cancellation);
        else
            SparseScan.Run(snapshot, query.Sparse, filtered, nearest, cancellation);
        var best = nearest.Take();
        return new SearchOutcome(best) { IsCertified = true, Found = best.Length, Scored = best.Length };
    }

    private static SearchOutcome? FindBySparse(
        Metric metric, NamespaceSnapshot snapshot, VectorQuery query, RowSet? filtered, int candidateRows, CancellationToken cancellation) =>
        QueryPlanner.ReadsCodesInHybrid(snapshot, query, candidateRows)
            ? CodeSearch.Run(metric, snapshot, query, filtered, candidateRows, keepsEstimates: false, cancellation)
            : null;

    /// <summary>Step 6: hydrate.</summary>
    private static QueryResult Answer(Metric metric, NamespaceSnapshot snapshot, VectorQuery query, Match[] matches, QueryTrace? trace)
    {
        var near = matches.AsSpan(0, CountNear(query, matches));
        var records = Hydrator.Matches(snapshot, near, query.IncludeValues, query.IncludeMetadata);
        return new QueryResult(records, snapshot.Lsn) { Explanation = trace?.Explain(metric, near) };
    }

    /// <summary>How many of the matches, best first, are within the query's threshold; a NaN is not within any.</summary>
    private static int CountNear(VectorQuery query, Match[] matches)
    {
        var count = matches.Length;
        if (query.MinScore is { } minScore)
        {
            while (count > 0 && !(matches[count - 1].Score >= minScore))
                count--;
        }

        if (query.MaxDistance is { } maxDistance)
        {
            while (count > 0 && !(matches[count - 1].Score <= maxDistance))
                count--;
        }

        return count;
    }

    /// <summary>The query with the stored record's vectors; null if there is no such record.</summary>
    private static VectorQuery? Resolve(IndexDescriptor index, NamespaceSnapshot snapshot, VectorQuery query, string id)
    {
        var row = snapshot.Find(id);
        if (row < 0)
            return null;
        var generation = snapshot.Generation;
        return query with
        {
            Id = null,
            Vector = generation.Vectors.Dimension == 0 ? default(ReadOnlyMemory<float>?) : generation.Vectors.Row(row).ToArray(),
            Sparse = RecordRules.ScoresSparse(index) ? generation.Metadata.Read(new RowId(row)).Sparse : null,
        };
    }
}
