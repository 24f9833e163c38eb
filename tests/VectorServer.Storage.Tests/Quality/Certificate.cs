using VectorServer.Storage.Registry;

namespace VectorServer.Storage.Tests.Quality;

/// <summary>What an explanation says of an answer's being right.</summary>
/// <param name="IsGiven">The engine vouches for the answer; null while explanations do not say.</param>
/// <param name="Bound">By which bound on errors.</param>
internal readonly record struct Certificate(bool? IsGiven, string? Bound)
{
    /// <summary>No match may be missed: the bound is no matter of chance.</summary>
    public bool IsProof => IsGiven == true && Bound is "exact" or "deterministic";

    // By name, so that this room needs no change when explanations begin to say it.
    public static Certificate Of(QueryExplanation explanation) => new(
        typeof(QueryExplanation).GetProperty("Certified")?.GetValue(explanation) as bool?,
        typeof(QueryExplanation).GetProperty("Bound")?.GetValue(explanation) as string);
}
