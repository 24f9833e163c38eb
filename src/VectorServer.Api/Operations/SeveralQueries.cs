using VectorServer.Api.Addressing;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;
using VectorServer.Storage;

namespace VectorServer.Api.Operations;

/// <summary>One of several queries in a request: what it found, and the namespace it asked.</summary>
/// <param name="Result">What it found.</param>
/// <param name="Namespace">As it was asked.</param>
/// <param name="Ignored">The unknown fields of the query.</param>
internal sealed record SingleQueryResult(QueryResult Result, string Namespace, IReadOnlyList<string> Ignored);

/// <summary>Several queries in one request: the deprecated form, gone from 2026-07 on, and the server's own.</summary>
internal static class SeveralQueries
{
    /// <summary>One result for each query, in their order.</summary>
    public static async ValueTask<IReadOnlyList<SingleQueryResult>> QuerySeveralAsync(this HttpContext context, QueryRequest request)
    {
        SeveralQueriesValidator.Check(request, context.Target().Family);
        var results = new List<SingleQueryResult>();
        foreach (var single in request.ToSingleQueries())
        {
            var (result, ns) = await context.QueryAsync(single);
            results.Add(new SingleQueryResult(result, ns, IgnoredFields.NamesOf(single)));
        }

        return results;
    }

    /// <summary>One result for each query, in their order; those of one namespace read it at one moment.</summary>
    public static async ValueTask<IReadOnlyList<SingleQueryResult>> QueryManyAsync(this HttpContext context, QueryManyRequest request)
    {
        QueryManyValidator.Check(request);
        var singles = request.ToSingleQueries();
        QueryManyValidator.Check(singles);

        var ignored = context.RequestServices.GetRequiredService<IgnoredFields>();
        foreach (var single in singles)
            ignored.Tell(single);
        var explain = context.AsksFor(Extensions.Explain);
        var results = await context.TargetIndex().QueryManyAsync(
            [.. singles.Select(single => new NamespaceQuery(NamespaceName.Parse(single.Namespace), single.ToQuery(explain)))], context.RequestAborted);
        if (results.DistinctBy(result => result.Namespace).Count() == 1)
            context.SetMaxIndexedLsn(results[0].MaxIndexedLsn); // each namespace has LSNs of its own
        return [.. results.Zip(singles, (result, single) => new SingleQueryResult(
            result, NamespaceName.ToAnswer(single.Namespace, result.Namespace), IgnoredFields.NamesOf(single)))];
    }
}
