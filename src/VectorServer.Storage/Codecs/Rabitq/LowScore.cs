using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Codecs.Rabitq;

/// <summary>Products of a query's bytes with the lower bits of rows; see <see cref="RabitqLayout"/>. All paths compute the same integers.</summary>
internal static unsafe class LowScore
{
    /// <summary>Four rows at once.</summary>
    /// <param name="row0">The lower bits of a row.</param>
    /// <param name="row1">Another's.</param>
    /// <param name="row2">Another's.</param>
    /// <param name="row3">Another's.</param>
    /// <param name="query">A signed byte for each coordinate, in their order; zeros up to whole chunks.</param>
    /// <param name="layout">Where things are.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Dot(byte* row0, byte* row1, byte* row2, byte* row3, sbyte* query, RabitqLayout layout) =>
        Avx2.IsSupported ? DotAvx2(row0, row1, row2, row3, query, layout.Chunks, layout.Low) : DotScalar(row0, row1, row2, row3, query, layout.Chunks, layout.Low);

    /// <summary>Requires AVX2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> DotAvx2(byte* row0, byte* row1, byte* row2, byte* row3, sbyte* query, int chunks, int low)
    {
        var (sum0, sum1, sum2, sum3) = low == 2
            ? (Sum2(row0, query, chunks), Sum2(row1, query, chunks), Sum2(row2, query, chunks), Sum2(row3, query, chunks))
            : (Sum1(row0, query, chunks), Sum1(row1, query, chunks), Sum1(row2, query, chunks), Sum1(row3, query, chunks));
        var halves = Avx2.HorizontalAdd(Avx2.HorizontalAdd(sum0, sum1), Avx2.HorizontalAdd(sum2, sum3));
        return halves.GetLower() + halves.GetUpper();
    }

    /// <summary>The definition.</summary>
    internal static Vector128<int> DotScalar(byte* row0, byte* row1, byte* row2, byte* row3, sbyte* query, int chunks, int low) => Vector128.Create(
        DotScalar(row0, query, chunks, low), DotScalar(row1, query, chunks, low), DotScalar(row2, query, chunks, low), DotScalar(row3, query, chunks, low));

    private static int DotScalar(byte* row, sbyte* query, int chunks, int low)
    {
        var sum = 0;
        var fields = 8 / low;
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            for (var field = 0; field < fields; field++)
            {
                for (var i = 0; i < RabitqLayout.ChunkBytes; i++)
                {
                    var level = (row[RabitqLayout.ChunkBytes * chunk + i] >> (field * low)) & ((1 << low) - 1);
                    sum += level * query[(chunk * fields + field) * RabitqLayout.ChunkBytes + i];
                }
            }
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Sum2(byte* row, sbyte* query, int chunks)
    {
        var mask = Vector256.Create((byte)3);
        var total = Vector256<int>.Zero;
        for (var chunk = 0; chunk < chunks; chunk++, row += RabitqLayout.ChunkBytes, query += 4 * RabitqLayout.ChunkBytes)
        {
            var codes = Vector256.Load(row);
            var wide = codes.AsUInt16();
            total = Add(total, codes & mask, query);
            total = Add(total, (wide >> 2).AsByte() & mask, query + RabitqLayout.ChunkBytes);
            total = Add(total, (wide >> 4).AsByte() & mask, query + 2 * RabitqLayout.ChunkBytes);
            total = Add(total, (wide >> 6).AsByte() & mask, query + 3 * RabitqLayout.ChunkBytes);
        }

        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Sum1(byte* row, sbyte* query, int chunks)
    {
        var mask = Vector256.Create((byte)1);
        var total = Vector256<int>.Zero;
        for (var chunk = 0; chunk < chunks; chunk++, row += RabitqLayout.ChunkBytes)
        {
            var codes = Vector256.Load(row).AsUInt16();
            for (var field = 0; field < 8; field++, query += RabitqLayout.ChunkBytes)
                total = Add(total, (codes >> field).AsByte() & mask, query);
        }

        return total;
    }

    /// <summary>Adds four neighbouring products to each lane; those of two levels, 2 x 3 x 127, fit an int16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Add(Vector256<int> sum, Vector256<byte> levels, sbyte* query) => AvxVnni.IsSupported
        ? AvxVnni.MultiplyWideningAndAdd(sum, levels, Vector256.Load(query))
        : sum + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(levels, Vector256.Load(query)), Vector256<short>.One);
}
