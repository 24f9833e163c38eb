using VectorServer.Api.Errors;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Validation;

/// <summary>What the wire refuses in an update.</summary>
internal static class UpdateValidator
{
    public static void Check(UpdateRequest request, ApiFamily family)
    {
        var byId = !string.IsNullOrEmpty(request.Id);
        var byFilter = SelectingFilter.IsGiven(request.Filter, family);
        if (byId == byFilter)
            throw WireException.Invalid(byId ? "An update must have either id or filter, not both" : "An update needs one of id or filter");

        if (byId)
            CheckById(request);
        else
            CheckByFilter(request);
    }

    private static void CheckById(UpdateRequest request)
    {
        VectorIds.Check(request.Id, "id");
        if (request.DryRun == true)
            throw WireException.Invalid("dryRun needs filter: an update by id would change the record");
    }

    private static void CheckByFilter(UpdateRequest request)
    {
        if (request.Values is { Length: > 0 } || request.SparseValues is not null)
            throw WireException.Invalid("An update by filter can set metadata only, not values or sparseValues");
        if (request.SetMetadata is null && request.DryRun != true)
            throw WireException.Invalid("An update by filter needs setMetadata, or dryRun to count the matches");
    }
}
