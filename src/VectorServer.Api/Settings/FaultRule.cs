namespace VectorServer.Api.Settings;

/// <summary>Which requests fail, and what share of them how.</summary>
/// <param name="Method">Null for any.</param>
/// <param name="Path">A path as routes have it, without <c>/indexes/{name}</c> before the data plane's; one that ends in <c>*</c> stands for all that begin so.</param>
/// <param name="Shares">In the order of the setting; together at most 1.</param>
internal sealed record FaultRule(string? Method, string Path, IReadOnlyList<(Fault Fault, double Share)> Shares)
{
    public bool Matches(string method, string path) =>
        (Method is null || Method.Equals(method, StringComparison.OrdinalIgnoreCase))
        && (Path.EndsWith('*')
            ? path.AsSpan().StartsWith(Path.AsSpan(0, Path.Length - 1), StringComparison.OrdinalIgnoreCase)
            : Path.Equals(path, StringComparison.OrdinalIgnoreCase));

    /// <summary>The fate of a request that drew <paramref name="lot"/>, at least 0 and below 1; null lets it pass.</summary>
    public Fault? Choose(double lot)
    {
        var end = 0.0;
        foreach (var (fault, share) in Shares)
        {
            end += share;
            if (lot < end)
                return fault;
        }

        return null;
    }
}
