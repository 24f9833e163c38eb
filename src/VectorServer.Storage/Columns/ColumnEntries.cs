namespace VectorServer.Storage.Columns;

/// <summary>Entries of a column in row order, as of one moment.</summary>
/// <param name="Values">Numbers of values; more than <paramref name="Count"/> may be there.</param>
/// <param name="Rows">Their rows; null where entry i belongs to row <paramref name="FirstRow"/> + i.</param>
/// <param name="FirstRow">Row of the first entry.</param>
/// <param name="Count">How many to look at.</param>
internal readonly record struct ColumnEntries(int[] Values, int[]? Rows, int FirstRow, int Count);
