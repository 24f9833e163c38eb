using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace VectorServer.Storage.Ann.Ivf;

/// <summary>The centres of the lists. Immutable and thread-safe.</summary>
/// <remarks>
/// Kept twice: as rows, and sixteen side by side component by component, so that a point's products with sixteen centroids grow in the
/// lanes of one register without horizontal sums, whatever the dimension.
/// </remarks>
internal sealed class Centroids
{
    /// <summary>Points that <see cref="Nearest"/> takes at once.</summary>
    public const int PointsPerTile = 4;

    private const int Lanes = 16;
    private const int LanesPerStep = 2 * Lanes; // 4 points x 2 registers are 8 sums: enough to hide the latency of the multiply-add

    private readonly float[] _rows; // [count][dimension]
    private readonly float[] _lanes; // [count / 16, even][dimension][16]
    private readonly float[] _halfSquares; // infinite where there is no centroid: never nearest

    /// <param name="rows">Row-major, at least one; owned from now on.</param>
    /// <param name="dimension">Components of a row.</param>
    public Centroids(float[] rows, int dimension)
    {
        _rows = rows;
        Dimension = dimension;
        Count = rows.Length / dimension;
        var padded = (Count + LanesPerStep - 1) / LanesPerStep * LanesPerStep;
        _lanes = new float[padded * dimension];
        _halfSquares = new float[padded];
        _halfSquares.AsSpan().Fill(float.PositiveInfinity);
        for (var i = 0; i < Count; i++)
        {
            double squares = 0;
            for (var at = 0; at < dimension; at++)
            {
                var value = rows[i * dimension + at];
                squares += (double)value * value;
                _lanes[(i / Lanes * dimension + at) * Lanes + i % Lanes] = value;
            }

            _halfSquares[i] = (float)(squares / 2);
        }
    }

    public int Count { get; }

    public int Dimension { get; }

    /// <summary>All centroids, <c>[Count x Dimension]</c>.</summary>
    public ReadOnlySpan<float> Rows => _rows;

    /// <summary>Bytes of memory.</summary>
    public long Bytes => sizeof(float) * ((long)_rows.Length + _lanes.Length + _halfSquares.Length);

    public ReadOnlySpan<float> Row(int centroid) => _rows.AsSpan(centroid * Dimension, Dimension);

    /// <summary>Half the square of a centroid's length.</summary>
    public float HalfSquare(int centroid) => _halfSquares[centroid];

    /// <summary>The products of a point with every centroid.</summary>
    /// <param name="point"><c>[Dimension]</c>.</param>
    /// <param name="products">Out: <c>[Count]</c>.</param>
    public void Products(ReadOnlySpan<float> point, Span<float> products)
    {
        if (point.Length != Dimension || products.Length != Count)
            throw new ArgumentException($"A point has {Dimension} components and {Count} products.");
        Span<float> part = stackalloc float[LanesPerStep];
        for (var first = 0; first < Count; first += LanesPerStep)
        {
            Vector512<float> sum0 = default, sum1 = default;
            ref var left = ref _lanes[first * Dimension];
            ref var right = ref _lanes[(first + Lanes) * Dimension];
            for (var at = 0; at < point.Length; at++)
            {
                var x = Vector512.Create(point[at]);
                sum0 = Vector512.MultiplyAddEstimate(x, Vector512.LoadUnsafe(ref left, (nuint)(at * Lanes)), sum0);
                sum1 = Vector512.MultiplyAddEstimate(x, Vector512.LoadUnsafe(ref right, (nuint)(at * Lanes)), sum1);
            }

            sum0.CopyTo(part);
            sum1.CopyTo(part[Lanes..]);
            part[..Math.Min(LanesPerStep, Count - first)].CopyTo(products[first..]);
        }
    }

    /// <summary>The centroid nearest to each of four points, the first of equals.</summary>
    /// <param name="points"><c>[4 x Dimension]</c>.</param>
    /// <param name="nearest">Out: <c>[4]</c>.</param>
    public void Nearest(ReadOnlySpan<float> points, Span<int> nearest)
    {
        if (points.Length != PointsPerTile * Dimension || nearest.Length != PointsPerTile)
            throw new ArgumentException($"A tile is {PointsPerTile} points of {Dimension} components.");

        var (best0, best1, best2, best3) = (Best.None, Best.None, Best.None, Best.None);
        ref var point0 = ref MemoryMarshal.GetReference(points);
        ref var point1 = ref MemoryMarshal.GetReference(points[Dimension..]);
        ref var point2 = ref MemoryMarshal.GetReference(points[(2 * Dimension)..]);
        ref var point3 = ref MemoryMarshal.GetReference(points[(3 * Dimension)..]);
        for (var first = 0; first < _halfSquares.Length; first += LanesPerStep)
        {
            // Lanes are padded to whole steps, and the points have been checked: all loads are inside.
            Vector512<float> sum00 = default, sum01 = default, sum10 = default, sum11 = default;
            Vector512<float> sum20 = default, sum21 = default, sum30 = default, sum31 = default;
            ref var left = ref _lanes[first * Dimension];
            ref var right = ref _lanes[(first + Lanes) * Dimension];
            for (nuint at = 0; at < (nuint)Dimension; at++)
            {
                var l = Vector512.LoadUnsafe(ref left, at * Lanes);
                var r = Vector512.LoadUnsafe(ref right, at * Lanes);
                var x0 = Vector512.Create(Unsafe.Add(ref point0, at));
                sum00 = Vector512.MultiplyAddEstimate(x0, l, sum00);
                sum01 = Vector512.MultiplyAddEstimate(x0, r, sum01);
                var x1 = Vector512.Create(Unsafe.Add(ref point1, at));
                sum10 = Vector512.MultiplyAddEstimate(x1, l, sum10);
                sum11 = Vector512.MultiplyAddEstimate(x1, r, sum11);
                var x2 = Vector512.Create(Unsafe.Add(ref point2, at));
                sum20 = Vector512.MultiplyAddEstimate(x2, l, sum20);
                sum21 = Vector512.MultiplyAddEstimate(x2, r, sum21);
                var x3 = Vector512.Create(Unsafe.Add(ref point3, at));
                sum30 = Vector512.MultiplyAddEstimate(x3, l, sum30);
                sum31 = Vector512.MultiplyAddEstimate(x3, r, sum31);
            }

            var halfLeft = Vector512.Create(_halfSquares.AsSpan(first));
            var halfRight = Vector512.Create(_halfSquares.AsSpan(first + Lanes));
            best0 = best0.With(sum00 - halfLeft, first).With(sum01 - halfRight, first + Lanes);
            best1 = best1.With(sum10 - halfLeft, first).With(sum11 - halfRight, first + Lanes);
            best2 = best2.With(sum20 - halfLeft, first).With(sum21 - halfRight, first + Lanes);
            best3 = best3.With(sum30 - halfLeft, first).With(sum31 - halfRight, first + Lanes);
        }

        nearest[0] = best0.Place();
        nearest[1] = best1.Place();
        nearest[2] = best2.Place();
        nearest[3] = best3.Place();
    }

    /// <summary>The highest rank that each lane has seen, and where.</summary>
    private readonly record struct Best(Vector512<float> Ranks, Vector512<int> Places)
    {
        public static Best None => new(Vector512.Create(float.NegativeInfinity), Vector512<int>.Zero);

        public Best With(Vector512<float> ranks, int first)
        {
            var isHigher = Vector512.GreaterThan(ranks, Ranks);
            return new Best(
                Vector512.ConditionalSelect(isHigher, ranks, Ranks),
                Vector512.ConditionalSelect(isHigher.AsInt32(), Vector512.Create(first), Places));
        }

        public int Place()
        {
            var (best, rank) = (0, float.NegativeInfinity);
            for (var lane = 0; lane < Lanes; lane++)
            {
                var place = Places[lane] + lane;
                if (Ranks[lane] > rank || (Ranks[lane] == rank && place < best))
                    (best, rank) = (place, Ranks[lane]);
            }

            return best;
        }
    }
}
