using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Codecs.Rabitq;

/// <summary>
/// A query without a centre as the kernels want it, and how far rounding it may put them off. One thread's; filled anew for each centre.
/// </summary>
internal sealed unsafe class QueryTables
{
    private const float ByteMax = 127;

    private static readonly Vector512<float>[] Signs = [SignsOf(1), SignsOf(2), SignsOf(4), SignsOf(8)];

    private readonly RabitqLayout _layout;
    private readonly float[] _vector; // padded with zeros to whole loads

    public QueryTables(RabitqLayout layout)
    {
        _layout = layout;
        _vector = new float[layout.Loads * RabitqLayout.CoordinatesPerLoad];
        Table = GC.AllocateArray<byte>(layout.Loads * RabitqLayout.LoadBytes, pinned: true);
        Bytes = GC.AllocateArray<sbyte>(Math.Max(1, layout.Chunks * layout.Fields * RabitqLayout.ChunkBytes), pinned: true);
    }

    /// <summary>The query without the centre; the rest is zeros. To be filled before <see cref="FillTable"/>.</summary>
    public Span<float> Vector => _vector.AsSpan(0, _layout.Coordinates);

    /// <summary>For <see cref="SignScore"/>.</summary>
    public byte[] Table { get; }

    /// <summary>For <see cref="LowScore"/>.</summary>
    public sbyte[] Bytes { get; }

    /// <summary>The product of the query with the upper bits of a row is <c>Level * sum + Base</c>, its levels counted from their middle.</summary>
    public float Level { get; private set; }

    public float Base { get; private set; }

    /// <summary>The deviation of that product for the rounding of the table.</summary>
    public float TableDeviation { get; private set; }

    /// <summary>The most it can be off.</summary>
    public float TableError { get; private set; }

    /// <summary>The product with all bits is <c>2^low * (product with the upper) + LowLevel * dot + LowBase</c>.</summary>
    public float LowLevel { get; private set; }

    public float LowBase { get; private set; }

    /// <summary>The deviation of the product with all bits for the rounding of table and bytes.</summary>
    public float Deviation { get; private set; }

    /// <summary>The most it can be off.</summary>
    public float Error { get; private set; }

    private int UsedGroups => (_layout.Coordinates + RabitqLayout.GroupCoordinates - 1) / RabitqLayout.GroupCoordinates;

    public void FillTable()
    {
        float range = 0;
        double absolute = 0;
        for (var at = 0; at < _vector.Length; at += RabitqLayout.GroupCoordinates)
        {
            var sum = Math.Abs(_vector[at]) + Math.Abs(_vector[at + 1]) + Math.Abs(_vector[at + 2]) + Math.Abs(_vector[at + 3]);
            range = Math.Max(range, sum);
            absolute += sum;
        }

        var level = range > 0 ? 2 * range / SignScore.EntryMax : 1;
        FillEntries(1 / level);
        var steps = (1 << _layout.Planes) - 1; // what the planes count for together
        Level = level / 2;
        Base = (float)(-absolute * steps / 2);
        TableDeviation = Level * MathF.Sqrt(UsedGroups * (MathF.Pow(4, _layout.Planes) - 1) / 36); // of an entry the 12th part of a step's square
        TableError = Level * UsedGroups * steps / 2;
    }

    public void FillBytes()
    {
        var largest = 0f;
        foreach (var value in Vector)
            largest = Math.Max(largest, Math.Abs(value));
        LowLevel = largest > 0 ? largest / ByteMax : 1;
        var inverse = 1 / LowLevel;
        var sum = 0;
        for (var i = 0; i < _layout.Coordinates; i++)
        {
            Bytes[i] = (sbyte)MathF.Round(_vector[i] * inverse);
            sum += Bytes[i];
        }

        var middle = ((1 << _layout.Low) - 1) / 2f;
        LowBase = -middle * LowLevel * sum;
        var scale = 1 << _layout.Low;
        Deviation = MathF.Sqrt(scale * scale * TableDeviation * TableDeviation + LowLevel * LowLevel * _layout.Coordinates * middle * middle / 12);
        Error = scale * TableError + LowLevel * _layout.Coordinates * middle / 2;
    }

    private void FillEntries(float inverse)
    {
        ref var vector = ref MemoryMarshal.GetArrayDataReference(_vector);
        fixed (byte* table = Table)
        {
            for (var group = 0; group < _vector.Length / RabitqLayout.GroupCoordinates; group++)
            {
                var four = Vector128.LoadUnsafe(ref vector, (nuint)(group * RabitqLayout.GroupCoordinates)) * inverse;
                var middle = Vector128.Sum(Vector128.Abs(four));
                var entries = Signs[0] * four[0] + Signs[1] * four[1] + (Signs[2] * four[2] + Signs[3] * four[3]) + Vector512.Create(middle + 0.5f);
                var bounded = Vector512.Min(Vector512.Max(entries, default), Vector512.Create((float)SignScore.EntryMax));
                var rounded = Vector512.ConvertToInt32(bounded);
                if (Avx512F.IsSupported)
                {
                    Avx512F.ConvertToVector128Byte(rounded).Store(table + 16 * group);
                    continue;
                }

                for (var i = 0; i < 16; i++)
                    table[16 * group + i] = (byte)rounded[i];
            }
        }
    }

    private static Vector512<float> SignsOf(int bit)
    {
        Span<float> signs = stackalloc float[16];
        for (var i = 0; i < signs.Length; i++)
            signs[i] = (i & bit) != 0 ? 1 : -1;
        return Vector512.Create<float>(signs);
    }
}
