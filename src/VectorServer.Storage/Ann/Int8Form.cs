using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VectorServer.Storage.Ann;

/// <summary>
/// A point as signed bytes with a scale, and with what rounding took from it: any two, or a query and one, are ranked for a quarter of the
/// memory of floats.
/// </summary>
/// <remarks>
/// A row: its bytes, zeros up to a multiple of 32, <see cref="Side"/>, up to a multiple of 64. With y a point, v what its bytes stand for
/// and e = y - v, a squared distance is estimated as <c>|v1 - v2|^2 + |e1|^2 + |e2|^2</c>: rounding errors point anywhere, so what they add
/// is their squares, and what they add beyond that shrinks with the root of the dimension.
/// </remarks>
/// <param name="space">Of the points.</param>
/// <param name="isCertain">Whether estimates are to be trusted by as much as errors can add up to; else by how far they point anywhere.</param>
internal sealed unsafe class Int8Form(PointSpace space, bool isCertain = false)
{
    private const int LevelMax = 127;
    private const double Deviations = 3; // of the sum of two errors: about four of both together

    private const double SumOfTwo = 1.4; // errors of which each is taken by itself

    private readonly int _padded = PaddedOf(space.Dimension);
    private readonly bool _isDistance = space.IsDistance;
    private readonly float _weight = space.IsDistance ? 2 : 1;

    /// <summary>Bytes of a row, a multiple of a cache line.</summary>
    public int RowBytes => (_padded + sizeof(Side) + 63) / 64 * 64;

    /// <summary>Writes a point; what lies between its bytes and the padding is zero already.</summary>
    public void Encode(ReadOnlySpan<float> point, byte* bytes)
    {
        var rounded = Quantize(point, new Span<sbyte>(bytes, point.Length));
        ref var side = ref *(Side*)(bytes + _padded);
        side.Scale = (float)rounded.Scale;
        side.Bias = _isDistance ? (float)-(rounded.Squares + rounded.ErrorSquares) : 0;
        side.Lift = space.LiftOf(point);
        side.Error = RoundUp(Math.Sqrt(rounded.ErrorSquares));
        side.Length = (float)Math.Sqrt(rounded.Squares);
        side.Sum = rounded.Sum;
    }

    /// <summary>Rounds a query.</summary>
    /// <param name="point">As <see cref="PointSpace.LoadQuery"/> gives it.</param>
    /// <param name="values">The memory it is rounded to, for as long as the query is used; at least <see cref="PaddedOf"/> bytes.</param>
    public Int8Query Prepare(ReadOnlySpan<float> point, byte[] values)
    {
        var bytes = values.AsSpan(0, _padded);
        var rounded = Quantize(point, MemoryMarshal.Cast<byte, sbyte>(bytes)[..point.Length]);
        bytes[point.Length..].Clear();
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] ^= Int8Dot.Shift;
        return new Int8Query(
            values, _weight * (float)rounded.Scale, rounded.Squares + rounded.ErrorSquares, Math.Sqrt(rounded.Squares), Math.Sqrt(rounded.ErrorSquares));
    }

    /// <summary>How near a row is to a query, without what is the query's alone; higher is nearer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Rank(in Int8Query query, byte* bytes)
    {
        ref var side = ref *(Side*)(bytes + _padded);
        var dot = Int8Dot.Shifted(ref MemoryMarshal.GetArrayDataReference(query.Values), (sbyte*)bytes, side.Sum, _padded);
        var product = dot * query.Scale * side.Scale;
        return product + side.Bias;
    }

    /// <summary>How near two rows are, minus the squared distance or the product with <see cref="PointSpace.LiftOf"/>; higher is nearer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Rank(byte* a, byte* b)
    {
        ref var sideA = ref *(Side*)(a + _padded);
        ref var sideB = ref *(Side*)(b + _padded);
        var product = Int8Dot.Rows((sbyte*)a, (sbyte*)b, sideB.Sum, _padded) * sideA.Scale * sideB.Scale * _weight;
        return product + sideA.Bias + sideB.Bias + sideA.Lift * sideB.Lift;
    }

    /// <summary>What a rank says of points: minus their squared distance or their product, and by how much that may be wrong.</summary>
    public (double Near, double Width) Estimate(in Int8Query query, byte* bytes, float rank)
    {
        ref var side = ref *(Side*)(bytes + _padded);
        var share = isCertain ? 1 : ErrorShare(space.Dimension);
        if (!_isDistance)
            return (rank, SumOfTwo * share * (query.Length * side.Error + query.Error * side.Length) + query.Error * side.Error + Slack(query.Length * side.Length));
        var near = Math.Min(0, rank - query.Squares);
        return (near, WidthOf(-near, query.Error + side.Error, share) + Slack(query.Squares - side.Bias));
    }

    /// <summary>By how much the estimate of a squared distance may be wrong.</summary>
    /// <param name="distance">The squared distance.</param>
    /// <param name="error">The lengths of both points' errors together.</param>
    /// <param name="share">As <see cref="ErrorShare"/> gives it.</param>
    public static double WidthOf(double distance, double error, double share) => 2 * share * Math.Sqrt(distance) * error + error * error;

    /// <summary>How much of an error may lie in one direction: all of it, in few dimensions.</summary>
    public static double ErrorShare(int dimension) => Math.Min(1, Deviations / Math.Sqrt(dimension));

    /// <summary>The length of what rounding takes from a point.</summary>
    public static double ErrorOf(ReadOnlySpan<float> point, Span<sbyte> levels) => Math.Sqrt(Quantize(point, levels).ErrorSquares);

    public static int PaddedOf(int dimension) => (dimension + 31) / 32 * 32;

    /// <summary>Ranks are float32: their rounding, and that of the numbers they are made of.</summary>
    private static double Slack(double squares) => 1e-6 * squares;

    private static float RoundUp(double value) => (float)(value * (1 + 1e-7));

    /// <summary>Rounds to the nearest of 255 levels.</summary>
    private static Rounded Quantize(ReadOnlySpan<float> point, Span<sbyte> levels)
    {
        float largest = 0;
        foreach (var value in point)
            largest = Math.Max(largest, Math.Abs(value));
        if (!(largest > 0))
        {
            levels.Clear();
            return default;
        }

        var scale = (float)((double)largest / LevelMax);
        if (!(scale > 0))
            scale = float.Epsilon;
        var inverse = 1 / (double)scale;
        double errors = 0;
        var (sum, squares) = (0, 0L);
        for (var i = 0; i < point.Length; i++)
        {
            var level = (int)Math.Round(Math.Clamp(point[i] * inverse, -LevelMax, LevelMax));
            levels[i] = (sbyte)level;
            sum += level;
            squares += level * level;
            var error = point[i] - level * (double)scale;
            errors += error * error;
        }

        return new Rounded(scale, (double)scale * scale * squares, errors, sum);
    }

    private readonly record struct Rounded(double Scale, double Squares, double ErrorSquares, int Sum);

    private struct Side
    {
        public float Scale; // the value of a level
        public float Bias; // of a distance: minus the squares of the rounded point and of its error
        public float Error; // its length
        public float Length; // of the rounded point
        public int Sum; // of the levels
        public float Lift; // the coordinate more that products need
    }
}

/// <summary>A query rounded as rows are.</summary>
/// <param name="Values">Levels moved up by <see cref="Int8Dot.Shift"/>.</param>
/// <param name="Scale">The value of a level, twice that for distances.</param>
/// <param name="Squares">Of the rounded query and its error.</param>
/// <param name="Length">Of the rounded query.</param>
/// <param name="Error">The length of what rounding took.</param>
internal readonly record struct Int8Query(byte[] Values, float Scale, double Squares, double Length, double Error);
