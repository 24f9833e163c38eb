namespace VectorServer.Storage.Tests.Quality;

/// <summary>What an explanation says of an answer's being right.</summary>
/// <param name="IsGiven">The engine vouches for the answer; null while explanations do not say.</param>
/// <param name="Bound">By which bound on errors.</param>
internal readonly record struct Certificate(bool? IsGiven, string? Bound)
{
    /// <summary>No match may be missed: the bound is no matter of chance.</summary>
    public bool IsProof => IsGiven == true && Bound is "exact" or "deterministic";

    public static Certificate Of(QueryExplanation explanation) => new(explanation.IsCertified, explanation.Bound);
}
