using VectorServer.Api.Errors;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Validation;

/// <summary>What is refused in a request of several queries, beyond what is refused in each.</summary>
internal static class QueryManyValidator
{
    private const int QueriesMax = 100;
    private const int MatchesMax = 100_000; // ten queries of the greatest topK

    public static void Check(QueryManyRequest request)
    {
        if (request.Queries is not { Count: > 0 } queries)
            throw WireException.Invalid("queries is required");
        if (queries.Count > QueriesMax)
            throw WireException.Invalid($"queries must be at most {QueriesMax}, got {queries.Count}");
        for (var i = 0; i < queries.Count; i++)
        {
            if (queries[i] is null)
                throw WireException.Invalid($"queries[{i}] must not be null");
            if (queries[i]!.Queries is { Count: > 0 })
                throw WireException.Invalid($"queries[{i}] must not have queries of its own");
        }
    }

    /// <summary>Checks the queries with the request's defaults.</summary>
    public static void Check(QueryRequest[] singles)
    {
        for (var i = 0; i < singles.Length; i++)
        {
            try
            {
                QueryValidator.Check(singles[i]);
            }
            catch (WireException refused)
            {
                throw WireException.Invalid($"{refused.Message} (queries[{i}])");
            }
        }

        var matches = singles.Sum(single => single.TopK!.Value);
        if (matches > MatchesMax)
            throw WireException.Invalid($"topK of all queries together must be at most {MatchesMax}, got {matches}");
    }
}
