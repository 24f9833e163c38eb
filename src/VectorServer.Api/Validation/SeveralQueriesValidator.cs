using VectorServer.Api.Errors;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Validation;

/// <summary>What the wire refuses in a request of several queries, beyond what it refuses in each.</summary>
internal static class SeveralQueriesValidator
{
    private const int QueriesMax = 10;

    public static void Check(QueryRequest request, ApiFamily family)
    {
        if (family == ApiFamily.Schema)
            throw WireException.Invalid("queries is gone from API version 2026-07 on: send one query, with vector, sparseVector or id");
        if (request.Queries!.Count > QueriesMax)
            throw WireException.Invalid($"queries must be at most {QueriesMax}, got {request.Queries.Count}");
        if (request.Vector is { Length: > 0 } || request.SparseVector is not null || !string.IsNullOrEmpty(request.Id))
            throw WireException.Invalid("queries must not be given with vector, sparseVector or id");
        if (request.Queries.Any(query => query?.Values is not { Length: > 0 }))
            throw WireException.Invalid("Each of queries needs values");
    }
}
