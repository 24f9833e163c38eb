using VectorServer.Api.Addressing;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire.Data;
using VectorServer.Storage.Registry;

namespace VectorServer.Api.Operations;

/// <summary>One of several queries in a request: what it found, and the namespace it asked.</summary>
internal sealed record SingleQueryResult(QueryResult Result, string Namespace);

/// <summary>The deprecated form of several queries in one request, gone from 2026-07 on.</summary>
internal static class SeveralQueries
{
    /// <summary>One result for each query, in their order.</summary>
    public static IReadOnlyList<SingleQueryResult> QuerySeveral(this HttpContext context, QueryRequest request)
    {
        SeveralQueriesValidator.Check(request, context.Target().Family);
        return [.. request.ToSingleQueries().Select(single => new SingleQueryResult(context.Query(single), single.Namespace ?? ""))];
    }
}
