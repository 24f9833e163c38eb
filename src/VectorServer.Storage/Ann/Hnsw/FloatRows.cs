using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using VectorServer.Storage.Memory;

namespace VectorServer.Storage.Ann.Hnsw;

/// <summary>
/// Points as they are, for data that bytes cannot tell apart: groups of near-duplicates, islands far from each other, few dimensions.
/// Distances are sums of squared differences.
/// </summary>
/// <remarks>A node: its floats, zeros up to a multiple of 16, for products its lift, up to a multiple of 64 bytes.</remarks>
internal sealed unsafe class FloatRows(PointSpace space) : NodeVectors(space)
{
    private const int Lanes = 16;

    private readonly int _padded = PaddedOf(space.Dimension);
    private readonly bool _isDistance = space.IsDistance;
    private readonly NativeRows _rows =
        new((PaddedOf(space.Dimension) * sizeof(float) + (space.IsDistance ? 0 : sizeof(float)) + 63) / 64 * 64);

    public override long Bytes => _rows.Bytes;

    public static int PaddedOf(int dimension) => (dimension + Lanes - 1) / Lanes * Lanes;

    public override void EnsureCapacity(int nodes) => _rows.EnsureCapacity(nodes);

    public override void Write(int node, ReadOnlySpan<float> point)
    {
        var row = (float*)_rows.Row(node);
        point.CopyTo(new Span<float>(row, point.Length));
        if (!_isDistance)
            row[_padded] = Space.LiftOf(point);
    }

    /// <summary>How near a node is to a query: minus the squared distance, or the product.</summary>
    /// <param name="query">Zeros behind the dimension, <see cref="PaddedOf"/> floats.</param>
    /// <param name="node">Of the graph.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Rank(float[] query, int node)
    {
        ref var values = ref MemoryMarshal.GetArrayDataReference(query);
        var row = (float*)_rows.Row(node);
        return _isDistance ? -Distance(ref values, row) : Product(ref values, row);
    }

    /// <summary>How near two nodes are, minus the squared distance or the product with <see cref="PointSpace.LiftOf"/>; higher is nearer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Rank(int left, int right)
    {
        var a = (float*)_rows.Row(left);
        var b = (float*)_rows.Row(right);
        return _isDistance ? -Distance(ref *a, b) : Product(ref *a, b) + a[_padded] * b[_padded];
    }

    /// <summary>What a rank says of points, and by how much that may be wrong: by the rounding of float32.</summary>
    public (double Near, double Width) Estimate(float[] query, int node, float rank)
    {
        double squares = 0;
        var row = (float*)_rows.Row(node);
        for (var i = 0; i < _padded; i++)
            squares += (double)query[i] * query[i] + (double)row[i] * row[i];
        var rounding = 1e-7 * Math.Sqrt(squares); // of the points themselves
        return (rank, _isDistance ? 2 * rounding * Math.Sqrt(-rank) + rounding * rounding - 2e-6 * rank : 1e-6 * squares);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int node)
    {
        if (!Sse.IsSupported)
            return;
        var bytes = _rows.Row(node);
        for (var at = 0; at < _rows.RowBytes; at += 64)
            Sse.Prefetch0(bytes + at);
    }

    public override void Dispose() => _rows.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float Distance(ref float values, float* row)
    {
        Vector512<float> sum0 = default, sum1 = default;
        var at = 0;
        for (; at + 2 * Lanes <= _padded; at += 2 * Lanes)
        {
            var rest0 = Vector512.LoadUnsafe(ref values, (nuint)at) - Vector512.Load(row + at);
            var rest1 = Vector512.LoadUnsafe(ref values, (nuint)at + Lanes) - Vector512.Load(row + at + Lanes);
            sum0 = Vector512.MultiplyAddEstimate(rest0, rest0, sum0);
            sum1 = Vector512.MultiplyAddEstimate(rest1, rest1, sum1);
        }

        if (at < _padded)
        {
            var rest = Vector512.LoadUnsafe(ref values, (nuint)at) - Vector512.Load(row + at);
            sum0 = Vector512.MultiplyAddEstimate(rest, rest, sum0);
        }

        return Vector512.Sum(sum0 + sum1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float Product(ref float values, float* row)
    {
        Vector512<float> sum = default;
        for (var at = 0; at < _padded; at += Lanes)
            sum = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref values, (nuint)at), Vector512.Load(row + at), sum);
        return Vector512.Sum(sum);
    }
}
