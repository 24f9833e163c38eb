namespace VectorServer.Api.Wire.Data;

/// <summary>Schema <c>ListResponse</c>.</summary>
internal sealed record ListResponse(IEnumerable<ListItem> Vectors, Pagination? Pagination, string Namespace, Usage Usage);

/// <summary>Schema <c>ListItem</c>.</summary>
internal sealed record ListItem(string Id);
