using VectorServer.Api.Errors;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Validation;

/// <summary>What the wire refuses in a fetch by metadata.</summary>
internal static class FetchByMetadataValidator
{
    private const int LimitMax = 10_000;

    public static void Check(FetchByMetadataRequest request, ApiFamily family)
    {
        if (!SelectingFilter.IsGiven(request.Filter, family) && family == ApiFamily.Schema)
            throw WireException.Invalid("filter is required");
        if (request.Limit is < 1 or > LimitMax)
            throw WireException.Invalid($"limit must be between 1 and {LimitMax}, got {request.Limit}");
    }
}
