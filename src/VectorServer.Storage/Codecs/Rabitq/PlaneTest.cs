using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Codecs.Rabitq;

/// <summary>Tells by the sums of the planes how near a row may be.</summary>
internal readonly unsafe struct PlaneTest
{
    private readonly Vector512<float> _level;
    private readonly Vector512<float> _base;
    private readonly Vector512<float> _cost;
    private readonly Vector512<float> _limit;
    private readonly Vector512<float> _weight;
    private readonly Vector512<float> _squareWeight;
    private readonly Vector512<float> _errorSquareShare;
    private readonly Vector512<float> _roundingSquare;
    private readonly Vector512<float> _codeSquare; // of a code of signs
    private readonly bool _hasError;
    private readonly bool _addsUp;

    public PlaneTest(RabitqLayout layout, QueryTables tables, in CentreQuery query)
    {
        var rounding = query.Rounding(tables.TableDeviation, tables.TableError);
        (_level, _base) = (Vector512.Create(tables.Level), Vector512.Create(tables.Base));
        (_cost, _limit) = (Vector512.Create(query.Cost), Vector512.Create(query.Limit));
        (_weight, _squareWeight) = (Vector512.Create(query.Weight), Vector512.Create(query.SquareWeight));
        (_errorSquareShare, _roundingSquare) = (Vector512.Create(query.ErrorShare * query.ErrorShare), Vector512.Create(rounding * rounding));
        _codeSquare = Vector512.Create(layout.CodeSquare);
        (_hasError, _addsUp) = (layout.HasError, query.AddsUp);
    }

    /// <summary>The least squared distances or negated products; infinite of free lanes.</summary>
    /// <param name="sums">Of the planes.</param>
    /// <param name="side">The lanes' factors, see <see cref="RabitqLayout"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Least(Vector512<int> sums, float* side)
    {
        var products = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(sums), _level, _base);
        var factors = Vector512.Load(side);
        var squares = Vector512.Load(side + RabitqLayout.Rows);
        var factorSquares = factors * factors;
        Vector512<float> errorSquares;
        if (_hasError)
        {
            var errors = Vector512.Load(side + 2 * RabitqLayout.Rows);
            errorSquares = errors * errors;
        }
        else
        {
            errorSquares = Vector512.MaxNative(factorSquares * _codeSquare - squares, default);
        }

        var (fromCode, fromRounding) = (errorSquares * _errorSquareShare, factorSquares * _roundingSquare);
        var widths = _addsUp ? Vector512.Sqrt(fromCode) + Vector512.Sqrt(fromRounding) : RootUp(fromCode + fromRounding);
        var gains = Vector512.FusedMultiplyAdd(factors, products, widths);
        return Vector512.FusedMultiplyAdd(squares, _squareWeight, _cost) - gains * _weight;
    }

    /// <summary>A bit for each row that is near enough.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Passing(Vector512<float> least) => Vector512.LessThanOrEqual(least, _limit).ExtractMostSignificantBits();

    /// <summary>The root or a little more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> RootUp(Vector512<float> squares)
    {
        var positive = Vector512.MaxNative(squares, Vector512.Create(1e-30f)); // below, they have lost digits
        if (!Avx512F.IsSupported)
            return Vector512.Sqrt(positive);
        return positive * Avx512F.ReciprocalSqrt14(positive) * 1.0002f;
    }
}
