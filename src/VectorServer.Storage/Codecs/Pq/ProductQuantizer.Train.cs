namespace VectorServer.Storage.Codecs.Pq;

internal sealed partial class ProductQuantizer
{
    private const int Seed = 4711;
    private const int Rounds = 10; // the error falls by less than a hundredth in later ones

    /// <summary>Learns the centroids of each sub-vector by k-means (Lloyd), always the same for the same rows.</summary>
    /// <param name="dimension">At least 1.</param>
    /// <param name="rows">
    /// Row-major; a few thousand rows are plenty. Where they have fewer than 256 different sub-vectors the other centroids are random.
    /// </param>
    /// <param name="scale">The size of the components of random centroids where the rows, all nearly zero, do not tell it.</param>
    /// <param name="threads">How many work at once.</param>
    /// <param name="cancellation">Stops between sub-vectors.</param>
    public static ProductQuantizer Train(
        int dimension, ReadOnlyMemory<float> rows, float scale, int threads, CancellationToken cancellation)
    {
        var books = new float[BookFloatsOf(dimension)];
        var spread = Spread(rows.Span, scale);
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Parallel.For(0, SubVectorsOf(dimension), options, sub =>
        {
            var components = Math.Min(Components, dimension - sub * Components);
            var parts = SubVectorRows(dimension, rows.Span, sub);
            TrainBook(parts, components, spread, Seed + sub, books.AsSpan(sub * BookFloats, BookFloats));
        });
        return new ProductQuantizer(dimension, books);
    }

    private static void TrainBook(float[] parts, int components, float spread, int seed, Span<float> book)
    {
        var random = new Random(seed);
        Seat(parts, components, spread, random, book);
        var count = parts.Length / Components;
        var codes = new byte[count];
        var halfSquares = new float[Centroids];
        for (var round = 0; round < Rounds; round++)
        {
            HalfSquares(book, halfSquares);
            var moved = round == 0;
            for (var i = 0; i < count; i++)
            {
                var code = (byte)Nearest(book, halfSquares, parts.AsSpan(i * Components, Components));
                moved |= codes[i] != code;
                codes[i] = code;
            }

            if (!moved)
                return;
            MoveToMeans(parts, codes, book);
        }
    }

    /// <summary>Begins with different sub-vectors drawn from the rows, and random ones where those do not suffice.</summary>
    private static void Seat(float[] parts, int components, float spread, Random random, Span<float> book)
    {
        var order = new int[parts.Length / Components];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        random.Shuffle(order);

        var seen = new HashSet<(float, float, float, float)>();
        foreach (var row in order)
        {
            var part = parts.AsSpan(row * Components, Components);
            if (!seen.Add((part[0], part[1], part[2], part[3])))
                continue;
            for (var i = 0; i < components; i++)
                book[i * Centroids + seen.Count - 1] = part[i];
            if (seen.Count == Centroids)
                return;
        }

        for (var seat = seen.Count; seat < Centroids; seat++)
        {
            for (var i = 0; i < components; i++)
                book[i * Centroids + seat] = spread * Normal(random);
        }
    }

    /// <summary>Moves each centroid to the mean of the rows nearest to it; one that has none stays.</summary>
    private static void MoveToMeans(float[] parts, byte[] codes, Span<float> book)
    {
        Span<double> sums = stackalloc double[BookFloats];
        Span<int> counts = stackalloc int[Centroids];
        sums.Clear();
        counts.Clear();
        for (var i = 0; i < codes.Length; i++)
        {
            counts[codes[i]]++;
            for (var component = 0; component < Components; component++)
                sums[component * Centroids + codes[i]] += parts[i * Components + component];
        }

        for (var i = 0; i < BookFloats; i++)
        {
            if (counts[i % Centroids] > 0)
                book[i] = (float)(sums[i] / counts[i % Centroids]);
        }
    }

    /// <summary>One sub-vector of every row, with zeros up to four components.</summary>
    private static float[] SubVectorRows(int dimension, ReadOnlySpan<float> rows, int sub)
    {
        var parts = new float[rows.Length / dimension * Components];
        var count = Math.Min(Components, dimension - sub * Components);
        for (var row = 0; row < rows.Length / dimension; row++)
            rows.Slice(row * dimension + sub * Components, count).CopyTo(parts.AsSpan(row * Components));
        return parts;
    }

    /// <summary>The usual size of a component. What is below a thousandth of the scale is what rounding left of equal rows.</summary>
    private static float Spread(ReadOnlySpan<float> rows, float scale)
    {
        double squares = 0;
        foreach (var value in rows)
            squares += (double)value * value;
        var spread = (float)Math.Sqrt(squares / Math.Max(1, rows.Length));
        return spread > scale / 1000 ? spread : scale;
    }

    private static float Normal(Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
