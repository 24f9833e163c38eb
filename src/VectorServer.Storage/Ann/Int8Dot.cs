using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Ann;

/// <summary>
/// Dot products of signed bytes, exact in int32: 127 * 255 * 20,000 components is 30% of its range. Lengths are multiples of 32. The left
/// side of a product with VNNI is unsigned: it is kept moved up by 128, and what that adds is taken off.
/// </summary>
internal static unsafe class Int8Dot
{
    /// <summary>What is added to a signed value to make it unsigned.</summary>
    public const int Shift = 128;

    /// <summary>A row against values moved up by <see cref="Shift"/>.</summary>
    /// <param name="values">Unsigned.</param>
    /// <param name="row">Signed.</param>
    /// <param name="rowSum">The sum of the row's values.</param>
    /// <param name="length">Of both.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Shifted(ref byte values, sbyte* row, int rowSum, int length)
    {
        if (AvxVnni.IsSupported)
        {
            var sum0 = Vector256<int>.Zero;
            var sum1 = Vector256<int>.Zero;
            var at = 0;
            for (; at + 64 <= length; at += 64)
            {
                sum0 = AvxVnni.MultiplyWideningAndAdd(sum0, Vector256.LoadUnsafe(ref values, (nuint)at), Vector256.Load(row + at));
                sum1 = AvxVnni.MultiplyWideningAndAdd(sum1, Vector256.LoadUnsafe(ref values, (nuint)at + 32), Vector256.Load(row + at + 32));
            }

            if (at < length)
                sum0 = AvxVnni.MultiplyWideningAndAdd(sum0, Vector256.LoadUnsafe(ref values, (nuint)at), Vector256.Load(row + at));
            return Vector256.Sum(sum0 + sum1) - Shift * rowSum;
        }

        if (Avx2.IsSupported)
            return ShiftedAvx2(ref values, row, length) - Shift * rowSum;
        return ShiftedScalar(ref values, row, rowSum, length);
    }

    /// <summary>A row against a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Rows(sbyte* left, sbyte* right, int rightSum, int length)
    {
        if (AvxVnni.IsSupported)
        {
            var flip = Vector256.Create((byte)0x80);
            var sum0 = Vector256<int>.Zero;
            var sum1 = Vector256<int>.Zero;
            var at = 0;
            for (; at + 64 <= length; at += 64)
            {
                sum0 = AvxVnni.MultiplyWideningAndAdd(sum0, Vector256.Load((byte*)left + at) ^ flip, Vector256.Load(right + at));
                sum1 = AvxVnni.MultiplyWideningAndAdd(sum1, Vector256.Load((byte*)left + at + 32) ^ flip, Vector256.Load(right + at + 32));
            }

            if (at < length)
                sum0 = AvxVnni.MultiplyWideningAndAdd(sum0, Vector256.Load((byte*)left + at) ^ flip, Vector256.Load(right + at));
            return Vector256.Sum(sum0 + sum1) - Shift * rightSum;
        }

        if (Avx2.IsSupported)
            return RowsAvx2(left, right, length);
        return RowsScalar(left, right, length);
    }

    internal static int ShiftedAvx2(ref byte values, sbyte* row, int length)
    {
        var sum = Vector256<int>.Zero;
        for (var at = 0; at < length; at += 16)
        {
            sum += Avx2.MultiplyAddAdjacent(
                Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref values, (nuint)at)), Avx2.ConvertToVector256Int16(Vector128.Load(row + at)));
        }

        return Vector256.Sum(sum);
    }

    internal static int RowsAvx2(sbyte* left, sbyte* right, int length)
    {
        var sum = Vector256<int>.Zero;
        for (var at = 0; at < length; at += 16)
        {
            sum += Avx2.MultiplyAddAdjacent(
                Avx2.ConvertToVector256Int16(Vector128.Load(left + at)), Avx2.ConvertToVector256Int16(Vector128.Load(right + at)));
        }

        return Vector256.Sum(sum);
    }

    /// <summary>The definition of <see cref="Shifted"/>.</summary>
    internal static int ShiftedScalar(ref byte values, sbyte* row, int rowSum, int length)
    {
        var sum = 0;
        for (var i = 0; i < length; i++)
            sum += Unsafe.Add(ref values, i) * row[i];
        return sum - Shift * rowSum;
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
