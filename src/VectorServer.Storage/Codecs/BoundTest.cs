using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VectorServer.Storage.Codecs;

/// <summary>
/// Which rows may still be among the nearest, given estimates of their ranks and the rank that is needed; see <see cref="ErrorBound"/>.
/// </summary>
/// <remarks>
/// A row's estimate is off by <c>2 g.e</c> (product: <c>q.e</c>) for its code and <c>2 d.(f c)</c> (<c>d.(f c)</c>) for the rounding d of
/// the query. As e is perpendicular to the residual, <c>g.e = (q - x).e</c>: the error is bounded by the distance itself, and rows that are
/// near enough to count are estimated best. So a row is kept while <c>D - 2 share |e| min(t, |g|) &lt;= t^2</c>, t being the distance of the
/// k-th nearest known. Source: Gao and Long, RaBitQ (2024); float32's own rounding is added.
/// </remarks>
internal readonly struct BoundTest
{
    private const float Digits = RankLimit.Digits;

    private readonly float _weight;
    private readonly float _errorShare;
    private readonly float _codeShare; // of the code's length, for the rounding of the query
    private readonly float _needed;
    private readonly float _slack; // for float32's digits
    private readonly bool _addsUp;

    /// <param name="query">What is known of the query.</param>
    /// <param name="threshold">The rank needed, in the metric's unit.</param>
    /// <param name="bound">How far estimates are trusted.</param>
    /// <param name="deviation">The deviation of a product with what a code lost, as a share of the product of lengths.</param>
    public BoundTest(QueryShape query, double threshold, ErrorBound bound, float deviation)
    {
        var limit = RankLimit.Of(query.Scale, query.IsDistance, threshold, query.Length, query.Length * query.Length);
        var share = bound.Share(deviation);
        _addsUp = share >= 1;
        _codeShare = share * query.Rounding;
        if (query.IsDistance)
        {
            _weight = 2;
            _errorShare = share * Math.Min(limit.Reach, query.Length);
            _slack = Digits * query.Length * query.Length + RankLimit.Tiny;
        }
        else
        {
            _weight = 1;
            _errorShare = share * query.Length;
            _slack = Digits;
        }

        _needed = -limit.Most;
    }

    /// <summary>The ranks that the rows reach at most.</summary>
    /// <param name="estimates">Of 16 rows.</param>
    /// <param name="side">The block's <see cref="BlockSide"/>; bias is the residual's square.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Upper(Vector512<float> estimates, ref byte side)
    {
        var square = Vector512.LoadUnsafe(ref side, BlockSide.PartBytes).AsSingle();
        var error = Vector512.LoadUnsafe(ref side, 2 * BlockSide.PartBytes).AsSingle();
        var fromCode = error * _errorShare;
        var codeSquare = square + error * error;
        var width = _addsUp
            ? fromCode + Vector512.Sqrt(codeSquare) * _codeShare
            : RankLimit.Hypotenuse(fromCode, Vector512.Sqrt(codeSquare) * _codeShare);
        return estimates + width * _weight + (square * Digits + Vector512.Create(_slack));
    }

    /// <summary>A bit for each row that may reach the rank needed; a NaN may.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Keep(Vector512<float> uppers) => (uint)(~Vector512.LessThan(uppers, Vector512.Create(_needed)).ExtractMostSignificantBits() & 0xFFFF);
}
