using VectorServer.Api.Errors;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Validation;

/// <summary>What the wire refuses in a query; the engine adds the rules of the index.</summary>
internal static class QueryValidator
{
    private const int TopKMax = 10_000;
    private const int CandidatesMax = 100_000;
    private const float ScanFactorMin = 0.5f;
    private const float ScanFactorMax = 4f;

    public static void Check(QueryRequest request)
    {
        if (request.TopK is not { } topK)
            throw WireException.Invalid("topK is required");
        if (topK is < 1 or > TopKMax)
            throw WireException.Invalid($"topK must be between 1 and {TopKMax}, got {topK}");

        CheckWayToAsk(request);
        CheckEffort(request, topK);
    }

    private static void CheckWayToAsk(QueryRequest request)
    {
        var byVector = request.Vector is { Length: > 0 } || request.SparseVector is not null;
        if (string.IsNullOrEmpty(request.Id))
        {
            if (!byVector)
                throw WireException.Invalid("A query needs one of vector, sparseVector or id");
            return;
        }

        if (byVector)
            throw WireException.Invalid("A query by id must not have vector or sparseVector");
        VectorIds.Check(request.Id, "id");
    }

    private static void CheckEffort(QueryRequest request, int topK)
    {
        if (request.ScanFactor is { } scanFactor && scanFactor is not (>= ScanFactorMin and <= ScanFactorMax))
            throw WireException.Invalid($"scanFactor must be between {ScanFactorMin} and {ScanFactorMax}, got {scanFactor}");
        if (request.MaxCandidates is not { } maxCandidates)
            return;
        if (maxCandidates is < 1 or > CandidatesMax)
            throw WireException.Invalid($"maxCandidates must be between 1 and {CandidatesMax}, got {maxCandidates}");
        if (maxCandidates < topK)
            throw WireException.Invalid($"maxCandidates must not be less than topK, got {maxCandidates} for topK {topK}");
    }
}
