namespace VectorServer.Api.Wire.Data;

/// <summary>Which page of ids or namespaces is asked for.</summary>
/// <param name="Prefix">Null for all names.</param>
/// <param name="Limit">Checked.</param>
/// <param name="PaginationToken">Null for the first page.</param>
internal sealed record PageRequest(string? Prefix, int Limit, string? PaginationToken);
