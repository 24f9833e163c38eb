namespace VectorServer.Api.Auth;

/// <summary>Where a request carries its key.</summary>
internal static class SentKey
{
    private const string Bearer = "Bearer ";

    /// <summary>
    /// The header <c>Api-Key</c>. If it is missing and the endpoint is a <see cref="BearerEndpoint"/>, <c>Authorization: Bearer</c>.
    /// </summary>
    public static string? Of(HttpRequest request, Endpoint? endpoint)
    {
        if (request.Headers["Api-Key"] is [var sent, ..])
            return sent;
        return endpoint?.Metadata.GetMetadata<BearerEndpoint>() is not null
            && request.Headers.Authorization is [{ } authorization, ..]
            && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : null;
    }
}

/// <summary>Metadata of an endpoint whose clients can send a key only as <c>Authorization: Bearer</c>, as Prometheus does.</summary>
internal sealed class BearerEndpoint
{
    public static readonly BearerEndpoint Instance = new();
}
