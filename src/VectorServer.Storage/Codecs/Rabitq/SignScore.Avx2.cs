using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Codecs.Rabitq;

internal static unsafe partial class SignScore
{
    private const int LoadsPerSum256 = LoadsPerSum / 2; // both halves of a load are added up before they are widened

    /// <summary>Half a load at a time. Requires AVX2.</summary>
    internal static void BlockAvx2(byte* block, byte* table, int loads, int planes, out Vector512<int> low, out Vector512<int> high)
    {
        low = high = default;
        for (var plane = 0; plane < planes; plane++)
        {
            low <<= 1;
            high <<= 1;
            for (var first = 0; first < loads; first += LoadsPerSum256)
            {
                var count = Math.Min(LoadsPerSum256, loads - first);
                PlaneAvx2(block, table + first * RabitqLayout.LoadBytes, count, out var l, out var h);
                low += l;
                high += h;
                block += count * RabitqLayout.LoadBytes;
            }
        }
    }

    private static void PlaneAvx2(byte* codes, byte* table, int loads, out Vector512<int> low, out Vector512<int> high)
    {
        const int HalfBytes = RabitqLayout.LoadBytes / 2;
        var nibble = Vector256.Create((byte)15);
        var lower = Vector256.Create((ushort)255);
        Vector256<ushort> even0 = default, odd0 = default, even1 = default, odd1 = default;
        for (var load = 0; load < loads; load++, codes += RabitqLayout.LoadBytes, table += RabitqLayout.LoadBytes)
        {
            var code = Vector256.Load(codes);
            var entries = Vector256.Load(table);
            var sum0 = Avx2.Shuffle(entries, code & nibble);
            var sum1 = Avx2.Shuffle(entries, (code.AsUInt16() >> 4).AsByte() & nibble);
            code = Vector256.Load(codes + HalfBytes);
            entries = Vector256.Load(table + HalfBytes);
            sum0 += Avx2.Shuffle(entries, code & nibble);
            sum1 += Avx2.Shuffle(entries, (code.AsUInt16() >> 4).AsByte() & nibble);
            even0 += sum0.AsUInt16() & lower;
            odd0 += sum0.AsUInt16() >> 8;
            even1 += sum1.AsUInt16() & lower;
            odd1 += sum1.AsUInt16() >> 8;
        }

        low = RowSums(even0, odd0);
        high = RowSums(even1, odd1);
    }

    private static Vector512<int> RowSums(Vector256<ushort> even, Vector256<ushort> odd)
    {
        var evens = Avx2.ConvertToVector256Int32(even.GetLower()) + Avx2.ConvertToVector256Int32(even.GetUpper());
        var odds = Avx2.ConvertToVector256Int32(odd.GetLower()) + Avx2.ConvertToVector256Int32(odd.GetUpper());
        return Vector512.Create(evens, odds);
    }
}
