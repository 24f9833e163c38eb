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
        if (Avx512BW.IsSupported && layout.HasShortSums)
            BlockAvx512Short(block, table, layout.Loads, layout.Planes, out low, out high);
        else if (Avx512BW.IsSupported)
            BlockAvx512(block, table, layout.Loads, layout.Planes, out low, out high);
        else if (Avx2.IsSupported)
            BlockAvx2(block, table, layout.Loads, layout.Planes, out low, out high);
        else
            BlockScalar(block, table, layout.Loads, layout.Planes, out low, out high);
    }

    /// <summary>Where all sums fit 16 bits; see <see cref="RabitqLayout.HasShortSums"/>. Requires AVX-512 BW.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void BlockAvx512Short(byte* block, byte* table, int loads, int planes, out Vector512<int> low, out Vector512<int> high)
    {
        Vector512<ushort> even0 = default, odd0 = default, even1 = default, odd1 = default;
        for (var plane = 0; plane < planes; plane++, block += loads * RabitqLayout.LoadBytes)
        {
            (even0, odd0, even1, odd1) = (even0 << 1, odd0 << 1, even1 << 1, odd1 << 1);
            AddPlane(block, table, loads, ref even0, ref odd0, ref even1, ref odd1);
        }

        low = ShortRowSums(even0, odd0);
        high = ShortRowSums(even1, odd1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> ShortRowSums(Vector512<ushort> even, Vector512<ushort> odd)
    {
        var evens = even.GetLower() + even.GetUpper();
        var odds = odd.GetLower() + odd.GetUpper();
        return Avx512F.ConvertToVector512Int32(Vector256.Create(evens.GetLower() + evens.GetUpper(), odds.GetLower() + odds.GetUpper()));
    }

    /// <summary>Requires AVX-512 BW.</summary>
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

    private static void PlaneAvx512(byte* codes, byte* table, int loads, out Vector512<int> low, out Vector512<int> high)
    {
        Vector512<ushort> even0 = default, odd0 = default, even1 = default, odd1 = default;
        AddPlane(codes, table, loads, ref even0, ref odd0, ref even1, ref odd1);
        low = RowSums(even0, odd0);
        high = RowSums(even1, odd1);
    }

    /// <summary>Adds the entries of a plane, those of even bytes apart from those of odd ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPlane(
        byte* codes,
        byte* table,
        int loads,
        ref Vector512<ushort> even0,
        ref Vector512<ushort> odd0,
        ref Vector512<ushort> even1,
        ref Vector512<ushort> odd1)
    {
        var nibble = Vector512.Create((byte)15);
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
    private static Vector512<int> RowSums(Vector512<ushort> even, Vector512<ushort> odd) => Vector512.Create(Quarters(even), Quarters(odd));

    /// <summary>A quarter is at most 1024 x 63: two of them may not fit a ushort, so they are added as ints.</summary>
    private static Vector256<int> Quarters(Vector512<ushort> sums)
    {
        var both = Avx512F.ConvertToVector512Int32(sums.GetLower()) + Avx512F.ConvertToVector512Int32(sums.GetUpper());
        return both.GetLower() + both.GetUpper();
    }
}
