using VectorServer.Api.Errors;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Validation;

/// <summary>What the wire refuses in a delete: anything but one way to say which records.</summary>
internal static class DeleteValidator
{
    public static void Check(DeleteRequest request, ApiFamily family)
    {
        var byIds = request.Ids is { Count: > 0 };
        var all = request.DeleteAll == true;
        var byFilter = SelectingFilter.IsGiven(request.Filter, family);
        if (!byIds && !all && !byFilter)
            throw WireException.Invalid("A delete needs one of ids, deleteAll or filter");
        if (all && (byIds || byFilter))
            throw WireException.Invalid("deleteAll must not be given with ids or filter");
        if (byIds && byFilter)
            throw WireException.Invalid("A delete must have either ids or filter, not both");
        if (byIds)
            VectorIds.CheckList(request.Ids);
    }
}
