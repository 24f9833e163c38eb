using Microsoft.Net.Http.Headers;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Validation;

/// <summary>
/// Headers that ask for an operation only under a condition. Nothing here looks at the condition, so carrying the operation out would break a
/// promise.
/// </summary>
internal static class PreconditionRules
{
    private static readonly string[] Headers = [HeaderNames.IfNoneMatch, HeaderNames.IfMatch, HeaderNames.IfUnmodifiedSince];

    /// <exception cref="WireException">A request of the wire bears one: 400. Pages of the docs may.</exception>
    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        if (context.HasPlane())
        {
            foreach (var header in Headers)
            {
                if (context.Request.Headers.ContainsKey(header))
                {
                    throw WireException.NotOffered(
                        $"The header {header} is not supported: the operation was not carried out. Leave it out to have it carried out always");
                }
            }
        }

        return next(context);
    }
}
