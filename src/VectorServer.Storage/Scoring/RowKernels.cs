using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VectorServer.Storage.Scoring;

/// <summary>
/// What a metric adds per component and makes of the sum. Implemented by empty structs and used as a type argument, so that each metric
/// gets a loop of its own without a branch or a call in it.
/// </summary>
internal interface IRowKernel
{
    /// <summary>Whether <see cref="Finish"/> wants the row's sum of squares too.</summary>
    static abstract bool NeedsSquares { get; }

    static abstract Vector512<float> Add(Vector512<float> row, Vector512<float> query, Vector512<float> sum);

    static abstract Vector256<float> Add(Vector256<float> row, Vector256<float> query, Vector256<float> sum);

    static abstract float Add(float row, float query, float sum);

    /// <param name="sum">What <c>Add</c> has gathered.</param>
    /// <param name="squares">The row's squared length, where <see cref="NeedsSquares"/>.</param>
    /// <param name="queryNorm">The query's length.</param>
    static abstract float Finish(float sum, float squares, float queryNorm);
}

internal readonly struct DotKernel : IRowKernel
{
    public static bool NeedsSquares => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> row, Vector512<float> query, Vector512<float> sum) =>
        Vector512.FusedMultiplyAdd(row, query, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> row, Vector256<float> query, Vector256<float> sum) =>
        Vector256.MultiplyAddEstimate(row, query, sum);

    public static float Add(float row, float query, float sum) => sum + row * query;

    public static float Finish(float sum, float squares, float queryNorm) => sum;
}

/// <summary>A dot product raised by a share of both lengths.</summary>
internal readonly struct DotReachKernel : IRowKernel
{
    public static bool NeedsSquares => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> row, Vector512<float> query, Vector512<float> sum) =>
        Vector512.FusedMultiplyAdd(row, query, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> row, Vector256<float> query, Vector256<float> sum) =>
        Vector256.MultiplyAddEstimate(row, query, sum);

    public static float Add(float row, float query, float sum) => sum + row * query;

    /// <inheritdoc/>
    /// <remarks>The share of the query's length comes in the place of the length.</remarks>
    public static float Finish(float sum, float squares, float queryNorm) =>
        sum + MathF.Sqrt(squares + ExactScorer.Underflow) * queryNorm;
}

internal readonly struct CosineKernel : IRowKernel
{
    public static bool NeedsSquares => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> row, Vector512<float> query, Vector512<float> sum) =>
        Vector512.FusedMultiplyAdd(row, query, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> row, Vector256<float> query, Vector256<float> sum) =>
        Vector256.MultiplyAddEstimate(row, query, sum);

    public static float Add(float row, float query, float sum) => sum + row * query;

    // A length that overflowed, or may have lost bits to float32's smallest numbers, becomes NaN: the scorer then takes the double path.
    public static float Finish(float sum, float squares, float queryNorm)
    {
        var smaller = Math.Min(squares, squares * queryNorm * queryNorm);
        var lengths = MathF.Sqrt(squares) * queryNorm;
        return smaller >= ExactScorer.SmallestSquares && lengths < float.PositiveInfinity ? sum / lengths : float.NaN;
    }
}

/// <summary>Negated squared distance.</summary>
internal readonly struct EuclideanKernel : IRowKernel
{
    public static bool NeedsSquares => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> row, Vector512<float> query, Vector512<float> sum)
    {
        var difference = row - query;
        return Vector512.FusedMultiplyAdd(difference, difference, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> row, Vector256<float> query, Vector256<float> sum)
    {
        var difference = row - query;
        return Vector256.MultiplyAddEstimate(difference, difference, sum);
    }

    public static float Add(float row, float query, float sum) => sum + (row - query) * (row - query);

    public static float Finish(float sum, float squares, float queryNorm) => -sum;
}
