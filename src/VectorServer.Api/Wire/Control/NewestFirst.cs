using System.Globalization;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Wire.Control;

/// <summary>Pages of what was created at some time, newest first; what is added or removed meanwhile neither repeats nor hides the others.</summary>
internal static class NewestFirst
{
    /// <param name="items">All of them, in any order.</param>
    /// <param name="key">When an item was created, and its id.</param>
    /// <param name="request">Which page.</param>
    /// <param name="scope">What is listed; its tokens are good for nothing else.</param>
    public static (IReadOnlyList<T> Items, Pagination? Pagination) Page<T>(
        IEnumerable<T> items, Func<T, (DateTimeOffset CreatedAt, string Id)> key, PageRequest request, params ReadOnlySpan<string?> scope)
    {
        var token = new PageToken(scope);
        var after = token.Decode(request.PaginationToken);
        var rest = items
            .Select(item => (Item: item, Position: Position(key(item))))
            .Where(item => after is null || string.CompareOrdinal(item.Position, after) < 0)
            .OrderByDescending(item => item.Position, StringComparer.Ordinal)
            .Take(request.Limit + 1)
            .ToList();
        var page = rest.Take(request.Limit).ToList();
        return ([.. page.Select(item => item.Item)], Pagination.Of(token.Encode(rest.Count > page.Count ? page[^1].Position : null)));
    }

    private static string Position((DateTimeOffset CreatedAt, string Id) key) =>
        string.Create(CultureInfo.InvariantCulture, $"{key.CreatedAt.UtcTicks:D19} {key.Id}");
}
