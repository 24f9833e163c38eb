using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Codecs.Rabitq;

/// <summary>
/// Adds up table entries for the planes of 32 rows: the first plane's sum counts twice the second's and so on. See
/// <see cref="RabitqLayout"/> for the bytes.
/// </summary>
/// <remarks>
/// Four signs select one of the 16 sums that they give of the query's four coordinates (Andre, Kermarrec and Le Scouarnec, Cache locality is
/// not enough, 2015). Entries are of 6 bits, so that four lookups add up in a byte. All paths compute the same integers.
/// </remarks>
internal static unsafe partial class SignScore
{
    /// <summary>The largest table entry.</summary>
    public const int EntryMax = 63;

    private const int LoadsPerByteSum = 4; // 4 x 63 fit a byte
    private const int LoadsPerSum = 1024; // 1024 x 63 fit a ushort

    /// <param name="block">The planes.</param>
    /// <param name="table">16 entries for each group of coordinates, <c>[loads x 64]</c>.</param>
    /// <param name="layout">Where things are.</param>
    /// <param name="low">Out: sums of rows 0..15.</param>
    /// <param name="high">Out: sums of rows 16..31.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Block(byte* block, byte* table, RabitqLayout layout, out Vector512<int> low, out Vector512<int> high)
    {
        if (Avx512BW.IsSupported)
            BlockAvx512(block, table, layout.Loads, layout.Planes, out low, out high);
        else if (Avx2.IsSupported)
            BlockAvx2(block, table, layout.Loads, layout.Planes, out low, out high);
        else
            BlockScalar(block, table, layout.Loads, layout.Planes, out low, out high);
    }

    /// <summary>Requires AVX-512 BW.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void BlockAvx512(byte* block, byte* table, int loads, int planes, out Vector512<int> low, out Vector512<int> high)
    {
        low = high = default;
        for (var plane = 0; plane < planes; plane++)
        {
            low <<= 1;
            high <<= 1;
            for (var first = 0; first < loads; first += LoadsPerSum)
            {
                PlaneAvx512(block, table + first * RabitqLayout.LoadBytes, Math.Min(LoadsPerSum, loads - first), out var l, out var h);
                low += l;
                high += h;
                block += Math.Min(LoadsPerSum, loads - first) * RabitqLayout.LoadBytes;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PlaneAvx512(byte* codes, byte* table, int loads, out Vector512<int> low, out Vector512<int> high)
    {
        var nibble = Vector512.Create((byte)15);
        Vector512<ushort> even0 = default, odd0 = default, even1 = default, odd1 = default;
        for (; loads >= LoadsPerByteSum; loads -= LoadsPerByteSum, codes += 4 * RabitqLayout.LoadBytes, table += 4 * RabitqLayout.LoadBytes)
        {
            var code = Vector512.Load(codes);
            var entries = Vector512.Load(table);
            var sum0 = Avx512BW.Shuffle(entries, code & nibble);
            var sum1 = Avx512BW.Shuffle(entries, (code.AsUInt16() >> 4).AsByte() & nibble);
            Add(codes + RabitqLayout.LoadBytes, table + RabitqLayout.LoadBytes, nibble, ref sum0, ref sum1);
            Add(codes + 2 * RabitqLayout.LoadBytes, table + 2 * RabitqLayout.LoadBytes, nibble, ref sum0, ref sum1);
            Add(codes + 3 * RabitqLayout.LoadBytes, table + 3 * RabitqLayout.LoadBytes, nibble, ref sum0, ref sum1);
            Widen(sum0, ref even0, ref odd0);
            Widen(sum1, ref even1, ref odd1);
        }

        if (loads > 0)
        {
            Vector512<byte> sum0 = default, sum1 = default;
            for (; loads > 0; loads--, codes += RabitqLayout.LoadBytes, table += RabitqLayout.LoadBytes)
                Add(codes, table, nibble, ref sum0, ref sum1);
            Widen(sum0, ref even0, ref odd0);
            Widen(sum1, ref even1, ref odd1);
        }

        low = RowSums(even0, odd0);
        high = RowSums(even1, odd1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(byte* codes, byte* table, Vector512<byte> nibble, ref Vector512<byte> sum0, ref Vector512<byte> sum1)
    {
        var code = Vector512.Load(codes);
        var entries = Vector512.Load(table);
        sum0 += Avx512BW.Shuffle(entries, code & nibble);
        sum1 += Avx512BW.Shuffle(entries, (code.AsUInt16() >> 4).AsByte() & nibble);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(Vector512<byte> sum, ref Vector512<ushort> even, ref Vector512<ushort> odd)
    {
        even += sum.AsUInt16() & Vector512.Create((ushort)255);
        odd += sum.AsUInt16() >> 8;
    }

    /// <summary>Adds the sums of the four groups of a load, which lie in the four quarters of the registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> RowSums(Vector512<ushort> even, Vector512<ushort> odd)
    {
        // Rows 0, 2, .. 14 as ints beside rows 1, 3, .. 15, then in turn.
        var evens = Quarters(even);
        var odds = Quarters(odd);
        return Vector512.Create(
            Vector256.Create(Sse2.UnpackLow(evens.GetLower(), odds.GetLower()), Sse2.UnpackHigh(evens.GetLower(), odds.GetLower())),
            Vector256.Create(Sse2.UnpackLow(evens.GetUpper(), odds.GetUpper()), Sse2.UnpackHigh(evens.GetUpper(), odds.GetUpper())));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Quarters(Vector512<ushort> sums)
    {
        // A quarter is at most 1024 x 63: two of them may not fit a ushort, so they are added as ints.
        var low = Avx512F.ConvertToVector512Int32(sums.GetLower());
        var high = Avx512F.ConvertToVector512Int32(sums.GetUpper());
        var both = low + high;
        return both.GetLower() + both.GetUpper();
    }
}
