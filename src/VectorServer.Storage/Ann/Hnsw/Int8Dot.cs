using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Ann.Hnsw;

/// <summary>
/// Dot products of signed bytes, exact in int32: 127 * 127 * 20,000 components is 15% of its range. Lengths are multiples of 32.
/// </summary>
internal static unsafe class Int8Dot
{
    /// <summary>A row against values widened to int16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Widened(short[] values, sbyte* row)
    {
        ref var value = ref MemoryMarshal.GetArrayDataReference(values);
        if (Avx512BW.IsSupported)
        {
            var sum = Vector512<int>.Zero;
            for (nuint at = 0; at < (nuint)values.Length; at += 32)
                sum += Avx512BW.MultiplyAddAdjacent(Vector512.LoadUnsafe(ref value, at), Avx512BW.ConvertToVector512Int16(Vector256.Load(row + at)));
            return Vector512.Sum(sum);
        }

        if (Avx2.IsSupported)
        {
            var sum = Vector256<int>.Zero;
            for (nuint at = 0; at < (nuint)values.Length; at += 16)
                sum += Avx2.MultiplyAddAdjacent(Vector256.LoadUnsafe(ref value, at), Avx2.ConvertToVector256Int16(Vector128.Load(row + at)));
            return Vector256.Sum(sum);
        }

        return WidenedScalar(values, row);
    }

    /// <summary>A row against a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Rows(sbyte* left, sbyte* right, int length)
    {
        if (Avx512BW.IsSupported)
        {
            var sum = Vector512<int>.Zero;
            for (var at = 0; at < length; at += 32)
            {
                sum += Avx512BW.MultiplyAddAdjacent(
                    Avx512BW.ConvertToVector512Int16(Vector256.Load(left + at)), Avx512BW.ConvertToVector512Int16(Vector256.Load(right + at)));
            }

            return Vector512.Sum(sum);
        }

        if (Avx2.IsSupported)
        {
            var sum = Vector256<int>.Zero;
            for (var at = 0; at < length; at += 16)
            {
                sum += Avx2.MultiplyAddAdjacent(
                    Avx2.ConvertToVector256Int16(Vector128.Load(left + at)), Avx2.ConvertToVector256Int16(Vector128.Load(right + at)));
            }

            return Vector256.Sum(sum);
        }

        return RowsScalar(left, right, length);
    }

    /// <summary>The definition of <see cref="Widened"/>.</summary>
    internal static int WidenedScalar(short[] values, sbyte* row)
    {
        var sum = 0;
        for (var i = 0; i < values.Length; i++)
            sum += values[i] * row[i];
        return sum;
    }

    /// <summary>The definition of <see cref="Rows"/>.</summary>
    internal static int RowsScalar(sbyte* left, sbyte* right, int length)
    {
        var sum = 0;
        for (var i = 0; i < length; i++)
            sum += left[i] * right[i];
        return sum;
    }
}
