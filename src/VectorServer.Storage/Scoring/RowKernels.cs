using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VectorServer.Storage.Scoring;

/// <summary>
/// What a metric adds per component and makes of the sum. Implemented by empty structs and used as a type argument, so that each metric
/// gets a loop of its own without a branch or a call in it.
/// </summary>
internal interface IRowKernel
{
    /// <summary>Whether <c>Finish</c> wants the row's sum of squares too.</summary>
    static abstract bool NeedsSquares { get; }

    /// <summary>Whether more than the row's sum of squares will do, which a run of rows has for less.</summary>
    static virtual bool TakesMoreSquares => false;

    static abstract Vector512<float> Add(Vector512<float> row, Vector512<float> query, Vector512<float> sum);

    static abstract Vector256<float> Add(Vector256<float> row, Vector256<float> query, Vector256<float> sum);

    static abstract float Add(float row, float query, float sum);

    /// <param name="sum">What <c>Add</c> has gathered.</param>
    /// <param name="squares">The row's squared length, where <see cref="NeedsSquares"/>.</param>
    /// <param name="queryNorm">The query's length.</param>
    static abstract float Finish(float sum, float squares, float queryNorm);

    static abstract Vector512<float> Finish(Vector512<float> sum, Vector512<float> squares, float queryNorm);

    static abstract Vector256<float> Finish(Vector256<float> sum, Vector256<float> squares, float queryNorm);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Finish(Vector512<float> sum, Vector512<float> squares, float queryNorm) => sum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Finish(Vector256<float> sum, Vector256<float> squares, float queryNorm) => sum;
}

/// <summary>A dot product raised by a share of both lengths.</summary>
internal readonly struct DotReachKernel : IRowKernel
{
    public static bool NeedsSquares => true;

    public static bool TakesMoreSquares => true;

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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Finish(Vector512<float> sum, Vector512<float> squares, float queryNorm) =>
        sum + (Vector512.Sqrt(squares + Vector512.Create(ExactScorer.Underflow)) * queryNorm);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Finish(Vector256<float> sum, Vector256<float> squares, float queryNorm) =>
        sum + (Vector256.Sqrt(squares + Vector256.Create(ExactScorer.Underflow)) * queryNorm);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Finish(Vector512<float> sum, Vector512<float> squares, float queryNorm)
    {
        var smaller = Vector512.Min(squares, squares * queryNorm * queryNorm);
        var lengths = Vector512.Sqrt(squares) * queryNorm;
        var isSure = Vector512.GreaterThanOrEqual(smaller, Vector512.Create(ExactScorer.SmallestSquares))
            & Vector512.LessThan(lengths, Vector512.Create(float.PositiveInfinity));
        return Vector512.ConditionalSelect(isSure, sum / lengths, Vector512.Create(float.NaN));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Finish(Vector256<float> sum, Vector256<float> squares, float queryNorm)
    {
        var smaller = Vector256.Min(squares, squares * queryNorm * queryNorm);
        var lengths = Vector256.Sqrt(squares) * queryNorm;
        var isSure = Vector256.GreaterThanOrEqual(smaller, Vector256.Create(ExactScorer.SmallestSquares))
            & Vector256.LessThan(lengths, Vector256.Create(float.PositiveInfinity));
        return Vector256.ConditionalSelect(isSure, sum / lengths, Vector256.Create(float.NaN));
    }
}

/// <summary>The row's squared length alone.</summary>
internal readonly struct SquaresKernel : IRowKernel
{
    public static bool NeedsSquares => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> row, Vector512<float> query, Vector512<float> sum) =>
        Vector512.FusedMultiplyAdd(row, row, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> row, Vector256<float> query, Vector256<float> sum) =>
        Vector256.MultiplyAddEstimate(row, row, sum);

    public static float Add(float row, float query, float sum) => sum + row * row;

    public static float Finish(float sum, float squares, float queryNorm) => sum;

    public static Vector512<float> Finish(Vector512<float> sum, Vector512<float> squares, float queryNorm) => sum;

    public static Vector256<float> Finish(Vector256<float> sum, Vector256<float> squares, float queryNorm) => sum;
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Finish(Vector512<float> sum, Vector512<float> squares, float queryNorm) => -sum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Finish(Vector256<float> sum, Vector256<float> squares, float queryNorm) => -sum;
}
