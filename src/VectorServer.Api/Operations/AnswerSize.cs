using VectorServer.Api.Errors;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Registry;

namespace VectorServer.Api.Operations;

/// <summary>The wire's limit on answers that carry records, 4 MB, counted alike for REST and gRPC: float32 values, ids and metadata as stored.</summary>
internal static class AnswerSize
{
    private const long BytesMax = 4 << 20;

    /// <exception cref="WireException">The matches are more than an answer may carry.</exception>
    public static void Check(HttpContext context, IReadOnlyList<ScoredRecord> matches)
    {
        if (IsEnforced(context) && matches.Sum(match => BytesOf(match.Id, match.Values, match.Sparse?.Indices.Length, match.Metadata?.Json.Length)) > BytesMax)
            throw WireException.Invalid("The answer is larger than the maximum supported size - 4MB. Lower topK, or ask without values or metadata.");
    }

    /// <summary>The first records of a page that fit into one answer, at least one of them.</summary>
    public static IReadOnlyList<VectorRecord> Fit(HttpContext context, IReadOnlyList<VectorRecord> page)
    {
        if (!IsEnforced(context))
            return page;

        var (bytes, count) = (0L, 0);
        foreach (var record in page)
        {
            bytes += BytesOf(record.Id, record.Values, record.Sparse?.Indices.Length, record.Metadata?.Json.Length);
            if (bytes > BytesMax && count > 0)
                return [.. page.Take(count)];
            count++;
        }

        return page;
    }

    private static bool IsEnforced(HttpContext context) => context.RequestServices.GetRequiredService<ServerOptions>().EnforceSizeLimits;

    private static long BytesOf(string id, ReadOnlyMemory<float> values, int? sparseCount, int? metadataBytes) =>
        id.Length + ((long)values.Length * sizeof(float)) + ((long)(sparseCount ?? 0) * (sizeof(uint) + sizeof(float))) + (metadataBytes ?? 0);
}
