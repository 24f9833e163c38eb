namespace VectorServer.Storage.Filters;

/// <summary>What a <see cref="FilterValue"/> is; values of different kinds are never equal.</summary>
internal enum FilterValueKind
{
    Text,
    Number,
    Boolean,
}
