using System.Text.Json;
using VectorServer.Api.Errors;
using VectorServer.Api.Wire;

namespace VectorServer.Api.Validation;

/// <summary>
/// The rule of filters that choose records to change or fetch: an empty one never means "all records" by accident. From 2026-07 on
/// it is refused; before, it counts as none.
/// </summary>
internal static class SelectingFilter
{
    public static bool IsGiven(JsonElement? filter, ApiFamily family)
    {
        if (filter is not { } given)
            return false;
        if (given.ValueKind != JsonValueKind.Object || given.GetPropertyCount() > 0)
            return true;
        return family == ApiFamily.Schema
            ? throw WireException.Invalid("filter must not be empty")
            : false;
    }
}
