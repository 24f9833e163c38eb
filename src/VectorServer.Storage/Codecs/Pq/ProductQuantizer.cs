using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace VectorServer.Storage.Codecs.Pq;

/// <summary>
/// Cuts vectors into sub-vectors of four components and codes each by the nearest of 256 centroids of its own: two bits a component.
/// Where the dimension is no multiple of four, the last sub-vector is shorter. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// Jegou, Douze and Schmid, Product quantization for nearest neighbor search (2011), with asymmetric distances: the query is not coded.
/// Four components a byte is as fine as 256 centroids can be learnt from the few thousand rows of a calibration.
/// </remarks>
internal sealed partial class ProductQuantizer
{
    public const int Centroids = 256;

    /// <summary>Components of a sub-vector.</summary>
    public const int Components = 4;

    private const int BookFloats = Components * Centroids;

    // A code that points elsewhere says little of its row; making up for all it lost would only make it loud.
    private const double CosineMin = 0.25;

    private const float SpreadMin = 1e-30f; // less is nothing, and its inverse would not be finite

    private readonly float[] _books; // [subVectors][component][centroid], zero for components beyond the dimension
    private readonly float[] _halfSquares; // [subVectors][centroid]

    private ProductQuantizer(int dimension, float[] books)
    {
        Dimension = dimension;
        _books = books;
        _halfSquares = new float[SubVectors * Centroids];
        for (var sub = 0; sub < SubVectors; sub++)
            HalfSquares(Book(sub), _halfSquares.AsSpan(sub * Centroids, Centroids));
    }

    public int Dimension { get; }

    public int SubVectors => SubVectorsOf(Dimension);

    /// <summary>Bytes of memory.</summary>
    public long Bytes => sizeof(float) * ((long)_books.Length + _halfSquares.Length);

    /// <summary>The centroids, for <see cref="FromBooks"/>: <c>[subVectors x 4 x 256]</c>.</summary>
    public ReadOnlySpan<float> Books => _books;

    public static int BookFloatsOf(int dimension) => SubVectorsOf(dimension) * BookFloats;

    /// <param name="dimension">At least 1.</param>
    /// <param name="books">As <see cref="Books"/> gave them; owned from now on.</param>
    public static ProductQuantizer FromBooks(int dimension, float[] books) => new(dimension, books);

    /// <summary>Writes a vector's codes into its block and what they stand for into <paramref name="decoded"/>.</summary>
    /// <param name="vector"><c>[Dimension]</c>, squares that a float can hold.</param>
    /// <param name="block">The row's block; only the row's own bytes are touched.</param>
    /// <param name="rowInBlock">0..15.</param>
    /// <param name="decoded">Out: <c>[Dimension]</c>.</param>
    public void Encode(ReadOnlySpan<float> vector, Span<byte> block, int rowInBlock, Span<float> decoded)
    {
        Span<float> part = stackalloc float[Components];
        for (var sub = 0; sub < SubVectors; sub++)
        {
            var start = sub * Components;
            var count = Math.Min(Components, vector.Length - start);
            part.Clear();
            vector.Slice(start, count).CopyTo(part);
            var code = Nearest(Book(sub), _halfSquares.AsSpan(sub * Centroids, Centroids), part);
            block[sub * Codec.RowsPerBlock + rowInBlock] = (byte)code;
            for (var i = 0; i < count; i++)
                decoded[start + i] = _books[sub * BookFloats + i * Centroids + code];
        }
    }

    /// <summary>
    /// The factor that makes products with a code estimate those with its row, exactly for the row itself: <c>r.r / r.c</c>.
    /// </summary>
    /// <param name="rest">r, what was coded.</param>
    /// <param name="decoded">c, what the code stands for.</param>
    public static double Factor(ReadOnlySpan<float> rest, ReadOnlySpan<float> decoded)
    {
        double restSquare = 0, decodedSquare = 0, product = 0;
        for (var i = 0; i < rest.Length; i++)
        {
            restSquare += (double)rest[i] * rest[i];
            decodedSquare += (double)decoded[i] * decoded[i];
            product += (double)rest[i] * decoded[i];
        }

        var kept = Math.Max(product, CosineMin * Math.Sqrt(restSquare * decodedSquare));
        return kept > 0 ? restSquare / kept : 0;
    }

    /// <summary>The products of a query's sub-vectors with their centroids.</summary>
    /// <param name="query"><c>[Dimension]</c>.</param>
    public PqTable Table(ReadOnlySpan<float> query)
    {
        var products = new float[SubVectors * Centroids];
        for (var i = 0; i < query.Length; i++)
        {
            var sums = products.AsSpan(i / Components * Centroids, Centroids);
            var centroids = _books.AsSpan(i / Components * BookFloats + i % Components * Centroids, Centroids);
            for (var at = 0; at < Centroids; at += Vector256<float>.Count)
                (Vector256.Create(sums[at..]) + Vector256.Create(centroids[at..]) * query[i]).CopyTo(sums[at..]);
        }

        // Each sub-vector's bytes begin at its least product; all have the step of the one that spreads most.
        var least = new float[SubVectors];
        double sum = 0;
        float spread = 0;
        for (var sub = 0; sub < SubVectors; sub++)
        {
            var (min, max) = Range(products.AsSpan(sub * Centroids, Centroids));
            least[sub] = min;
            sum += min;
            spread = Math.Max(spread, max - min);
        }

        var bytes = new byte[SubVectors * Centroids + PqTable.Padding];
        if (spread < SpreadMin)
            return new PqTable(bytes, 0, 0);

        var step = spread / byte.MaxValue;
        for (var sub = 0; sub < SubVectors; sub++)
            Round(products.AsSpan(sub * Centroids, Centroids), least[sub], 1 / step, bytes.AsSpan(sub * Centroids, Centroids));
        return new PqTable(bytes, (int)Math.Round(Math.Clamp(-sum / step, -1e9, 1e9)), step);
    }

    /// <summary>The nearest of 256 centroids, the first of equals. A lane keeps the best of every sixteenth.</summary>
    private static int Nearest(ReadOnlySpan<float> book, ReadOnlySpan<float> halfSquares, ReadOnlySpan<float> part)
    {
        // All spans are of constant length, sliced by the callers: a load reads 16 of 256.
        ref var centroids = ref MemoryMarshal.GetReference(book);
        ref var halves = ref MemoryMarshal.GetReference(halfSquares);
        var (x0, x1, x2, x3) = (Vector512.Create(part[0]), Vector512.Create(part[1]), Vector512.Create(part[2]), Vector512.Create(part[3]));
        var least = Vector512.Create(float.PositiveInfinity);
        var places = Vector512<int>.Zero;
        for (nuint at = 0; at < Centroids; at += 16)
        {
            var products = x0 * Vector512.LoadUnsafe(ref centroids, at);
            products = Vector512.MultiplyAddEstimate(x1, Vector512.LoadUnsafe(ref centroids, at + Centroids), products);
            products = Vector512.MultiplyAddEstimate(x2, Vector512.LoadUnsafe(ref centroids, at + 2 * Centroids), products);
            products = Vector512.MultiplyAddEstimate(x3, Vector512.LoadUnsafe(ref centroids, at + 3 * Centroids), products);
            var distance = Vector512.LoadUnsafe(ref halves, at) - products;
            var isNearer = Vector512.LessThan(distance, least);
            least = Vector512.ConditionalSelect(isNearer, distance, least);
            places = Vector512.ConditionalSelect(isNearer.AsInt32(), Vector512.Create((int)at), places);
        }

        var (best, bestDistance) = (0, float.PositiveInfinity);
        for (var lane = 0; lane < 16; lane++)
        {
            var place = places[lane] + lane;
            if (least[lane] < bestDistance || (least[lane] == bestDistance && place < best))
                (best, bestDistance) = (place, least[lane]);
        }

        return best;
    }

    private static void HalfSquares(ReadOnlySpan<float> book, Span<float> halfSquares)
    {
        for (var i = 0; i < Centroids; i++)
        {
            float squares = 0;
            for (var component = 0; component < Components; component++)
                squares += book[component * Centroids + i] * book[component * Centroids + i];
            halfSquares[i] = squares / 2;
        }
    }

    private static (float Min, float Max) Range(ReadOnlySpan<float> values)
    {
        var (min, max) = (Vector256.Create(values), Vector256.Create(values));
        for (var at = Vector256<float>.Count; at < Centroids; at += Vector256<float>.Count)
        {
            var part = Vector256.Create(values[at..]);
            (min, max) = (Vector256.MinNative(min, part), Vector256.MaxNative(max, part));
        }

        var (least, largest) = (min[0], max[0]);
        for (var lane = 1; lane < Vector256<float>.Count; lane++)
            (least, largest) = (Math.Min(least, min[lane]), Math.Max(largest, max[lane]));
        return (least, largest);
    }

    private static void Round(ReadOnlySpan<float> products, float least, float inverse, Span<byte> bytes)
    {
        for (var at = 0; at < Centroids; at += Vector256<byte>.Count)
        {
            var low = Vector256.Narrow(Levels(products[at..], least, inverse), Levels(products[(at + 8)..], least, inverse));
            var high = Vector256.Narrow(Levels(products[(at + 16)..], least, inverse), Levels(products[(at + 24)..], least, inverse));
            Vector256.Narrow(low, high).CopyTo(bytes[at..]);
        }
    }

    private static Vector256<uint> Levels(ReadOnlySpan<float> products, float least, float inverse)
    {
        var levels = (Vector256.Create(products) - Vector256.Create(least)) * inverse + Vector256.Create(0.5f);
        return Vector256.ConvertToInt32(Vector256.MinNative(levels, Vector256.Create((float)byte.MaxValue))).AsUInt32();
    }

    private ReadOnlySpan<float> Book(int sub) => _books.AsSpan(sub * BookFloats, BookFloats);

    private static int SubVectorsOf(int dimension) => (dimension + Components - 1) / Components;
}
