using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace VectorServer.Storage.Codecs.Rabitq;

/// <summary>Products and distances of coordinates in float32, by the portable vectors.</summary>
internal static class FloatKernels
{
    /// <summary>Two registers hide the latency of the multiply-add.</summary>
    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        right = right[..left.Length]; // below, loads are within both
        ref var l = ref MemoryMarshal.GetReference(left);
        ref var r = ref MemoryMarshal.GetReference(right);
        Vector512<float> sum0 = default, sum1 = default;
        nuint at = 0;
        for (; at + 32 <= (nuint)left.Length; at += 32)
        {
            sum0 = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref l, at), Vector512.LoadUnsafe(ref r, at), sum0);
            sum1 = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref l, at + 16), Vector512.LoadUnsafe(ref r, at + 16), sum1);
        }

        var sum = Vector512.Sum(sum0 + sum1);
        for (; at < (nuint)left.Length; at++)
            sum += left[(int)at] * right[(int)at];
        return sum;
    }

    /// <summary>The squared distance.</summary>
    public static float Distance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        right = right[..left.Length];
        ref var l = ref MemoryMarshal.GetReference(left);
        ref var r = ref MemoryMarshal.GetReference(right);
        Vector512<float> sum0 = default, sum1 = default;
        nuint at = 0;
        for (; at + 32 <= (nuint)left.Length; at += 32)
        {
            var rest0 = Vector512.LoadUnsafe(ref l, at) - Vector512.LoadUnsafe(ref r, at);
            var rest1 = Vector512.LoadUnsafe(ref l, at + 16) - Vector512.LoadUnsafe(ref r, at + 16);
            sum0 = Vector512.MultiplyAddEstimate(rest0, rest0, sum0);
            sum1 = Vector512.MultiplyAddEstimate(rest1, rest1, sum1);
        }

        var sum = Vector512.Sum(sum0 + sum1);
        for (; at < (nuint)left.Length; at++)
            sum += (left[(int)at] - right[(int)at]) * (left[(int)at] - right[(int)at]);
        return sum;
    }

    /// <summary><c>to = left - right</c>; all of one length.</summary>
    public static void Subtract(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> to)
    {
        var at = 0;
        for (; at + 16 <= to.Length; at += 16)
            (Vector512.Create(left.Slice(at, 16)) - Vector512.Create(right.Slice(at, 16))).CopyTo(to[at..]);
        for (; at < to.Length; at++)
            to[at] = left[at] - right[at];
    }
}
