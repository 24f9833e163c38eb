using System.Diagnostics.CodeAnalysis;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Validation;

/// <summary>The rules of record ids.</summary>
internal static class VectorIds
{
    private const int LengthMax = 512;
    private const int CountMax = 1000;

    public static void Check([NotNull] string? id, string field)
    {
        if (string.IsNullOrEmpty(id))
            throw WireException.Invalid($"{field} is required and must not be empty");
        if (id.Length > LengthMax)
            throw WireException.Invalid($"{field} must be 1 to {LengthMax} characters long, got {id.Length}");
        if (id.AsSpan().ContainsAnyExceptInRange('\x01', '\x7f'))
            throw WireException.Invalid($"{field} must be ASCII without the null character, got '{id.Replace("\0", "\\0", StringComparison.Ordinal)}'");
    }

    /// <summary>Checks a list of 1 to 1000 ids.</summary>
    public static void CheckList(IReadOnlyList<string?>? ids)
    {
        if (ids is not { Count: > 0 })
            throw WireException.Invalid("ids is required and must hold at least one id");
        if (ids.Count > CountMax)
            throw WireException.Invalid($"ids must hold at most {CountMax} ids, got {ids.Count}");
        for (var i = 0; i < ids.Count; i++)
            Check(ids[i], $"ids[{i}]");
    }
}
