namespace VectorServer.Storage.Namespaces;

/// <summary>The number of a row in <c>vectors.npy</c>, from 0. A row is written once and never changes.</summary>
internal readonly record struct RowId(int Value) : IComparable<RowId>
{
    public int CompareTo(RowId other) => Value.CompareTo(other.Value);
}

/// <summary>Log sequence number: the position of a write in its namespace's history, from 1; 0 before the first.</summary>
public readonly record struct Lsn(long Value) : IComparable<Lsn>
{
    public int CompareTo(Lsn other) => Value.CompareTo(other.Value);

    public static bool operator <(Lsn left, Lsn right) => left.Value < right.Value;

    public static bool operator >(Lsn left, Lsn right) => left.Value > right.Value;

    public static bool operator <=(Lsn left, Lsn right) => left.Value <= right.Value;

    public static bool operator >=(Lsn left, Lsn right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
