namespace VectorServer.Storage.Model;

/// <summary>The number of a row in <c>vectors.npy</c>, from 0. A row is written once and never changes.</summary>
internal readonly record struct RowId(int Value) : IComparable<RowId>
{
    public int CompareTo(RowId other) => Value.CompareTo(other.Value);
}
