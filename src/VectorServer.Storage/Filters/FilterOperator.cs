namespace VectorServer.Storage.Filters;

/// <summary>The comparisons that remain once <c>$ne</c>, <c>$nin</c> and <c>$not</c> became negated leaves.</summary>
internal enum FilterOperator
{
    Equal,
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
    In,
}
