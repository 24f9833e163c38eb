using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Codecs.Rabitq;

/// <summary>What a code is made of: its centres, and how many bits of a coordinate are scanned and how many read row by row.</summary>
internal readonly record struct RabitqForm(float[] Centres, int Planes, int Low);

/// <summary>
/// How many centres rows reward, which, and with which bits. Tried are one, a quarter of the root of the rows, and the root, on a sample that
/// asks for its own nearest: what a search would read of centres, tables, scanned and surviving rows is weighed by what each costs.
/// </summary>
internal static class CentreChoice
{
    private const int Seed = 20_260;
    private const int CentresMax = 1024;
    private const int RowsPerCentre = 64;
    private const int Rounds = 6;
    private const int Candidates = 8; // for a first centre, of which the one farthest from those chosen is taken
    private const int WeighedRows = 8192;
    private const int Queries = 16;
    private const int Matches = 10;
    private const int FourBitDimensions = 256; // beyond, three bits rank well enough, and a fourth costs memory

    /// <summary>Bits that are scanned, bits that are read row by row.</summary>
    private static readonly (int Planes, int Low)[] Forms = [(1, 2), (2, 1), (3, 0), (4, 0)];

    /// <param name="space">Where rows are clustered.</param>
    /// <param name="read">Gives the raw vectors.</param>
    /// <param name="rowCount">Rows there are.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <returns>Centres in the space, row-major; one at zero where the rows reward no more.</returns>
    public static RabitqForm Choose(RowSpace space, RowReader read, int rowCount, CancellationToken cancellation)
    {
        var one = new float[space.Dimension];
        var root = Math.Sqrt(rowCount);
        if (root < 16)
            return new RabitqForm(one, 4, 0);
        var sample = Load(space, read, rowCount, Math.Min(rowCount, Math.Max(WeighedRows, RowsPerCentre * Math.Min(CentresMax, (int)root))));
        var weighed = Every(sample, space.Dimension, WeighedRows);
        var reach = Reach(weighed, space.Dimension, rowCount);
        var best = default(RabitqForm);
        var bestCost = double.PositiveInfinity;
        foreach (var count in new[] { 1, (int)(root / 4), (int)root }.Select(count => Math.Clamp(count, 1, CentresMax)).Distinct())
        {
            var centres = count == 1 ? one : Learn(sample, space.Dimension, count, cancellation);
            var reads = new SampleReads(centres, weighed, space.Dimension, rowCount, reach);
            foreach (var (planes, low) in Forms.Where(form => form.Planes + form.Low < 4 || space.Dimension <= FourBitDimensions))
            {
                var cost = reads.Cost(planes, low);
                if (cost < bestCost)
                    (best, bestCost) = (new RabitqForm(centres, planes, low), cost);
            }
        }

        return best;
    }

    /// <summary>The nearest of some centres.</summary>
    public static int Nearest(ReadOnlySpan<float> centres, ReadOnlySpan<float> row)
    {
        var (best, bestDistance) = (0, float.PositiveInfinity);
        for (var i = 0; i < centres.Length / row.Length; i++)
        {
            var distance = FloatKernels.Distance(row, centres.Slice(i * row.Length, row.Length));
            if (distance < bestDistance)
                (best, bestDistance) = (i, distance);
        }

        return best;
    }

    private static float[] Load(RowSpace space, RowReader read, int rowCount, int count)
    {
        var rows = new float[count * space.Dimension];
        for (var i = 0; i < count; i++)
        {
            var rest = rows.AsSpan(i * space.Dimension, space.Dimension);
            if (!space.TryLoad(read((int)((long)i * rowCount / count)), rest))
                rest.Clear();
        }

        return rows;
    }

    private static float[] Every(float[] rows, int dimension, int countMax)
    {
        var available = rows.Length / dimension;
        var count = Math.Min(available, countMax);
        var chosen = new float[count * dimension];
        for (var i = 0; i < count; i++)
            rows.AsSpan((int)((long)i * available / count) * dimension, dimension).CopyTo(chosen.AsSpan(i * dimension));
        return chosen;
    }

    /// <summary>Lloyd's iterations, from rows far from each other.</summary>
    private static float[] Learn(float[] rows, int dimension, int count, CancellationToken cancellation)
    {
        var random = new Random(Seed);
        var rowCount = rows.Length / dimension;
        var centres = new float[count * dimension];
        for (var i = 0; i < count; i++)
            Row(Farthest(rows, centres.AsSpan(0, i * dimension), dimension, random)).CopyTo(centres.AsSpan(i * dimension));
        var sums = new double[centres.Length];
        var counts = new int[count];
        for (var round = 0; round < Rounds; round++)
        {
            Array.Clear(sums);
            Array.Clear(counts);
            for (var row = 0; row < rowCount; row++)
            {
                if (row % 256 == 0)
                    cancellation.ThrowIfCancellationRequested();
                var nearest = Nearest(centres, Row(row));
                counts[nearest]++;
                for (var at = 0; at < dimension; at++)
                    sums[nearest * dimension + at] += rows[row * dimension + at];
            }

            for (var i = 0; i < centres.Length; i++)
            {
                if (counts[i / dimension] > 0)
                    centres[i] = (float)(sums[i] / counts[i / dimension]);
            }

            for (var i = 0; i < count; i++)
            {
                if (counts[i] == 0)
                    Row(random.Next(rowCount)).CopyTo(centres.AsSpan(i * dimension));
            }
        }

        return centres;

        ReadOnlySpan<float> Row(int row) => rows.AsSpan(row * dimension, dimension);
    }

    private static int Farthest(float[] rows, ReadOnlySpan<float> centres, int dimension, Random random)
    {
        var (best, bestDistance) = (0, float.NegativeInfinity);
        for (var i = 0; i < Candidates; i++)
        {
            var row = random.Next(rows.Length / dimension);
            var vector = rows.AsSpan(row * dimension, dimension);
            var distance = float.PositiveInfinity;
            for (var at = 0; at < centres.Length; at += dimension)
                distance = Math.Min(distance, FloatKernels.Distance(vector, centres.Slice(at, dimension)));
            if (distance > bestDistance)
                (best, bestDistance) = (row, distance);
        }

        return best;
    }

    /// <summary>For each query its distance to the k-th nearest of all rows, as the sample tells it.</summary>
    private static float[] Reach(float[] rows, int dimension, int rowCount)
    {
        var count = rows.Length / dimension;

        // Of a sample the k-th nearest is farther than of all rows; a nearer one of it stands for the k-th of all.
        var kth = Math.Clamp((int)Math.Round((double)Matches * count / rowCount), 1, Math.Max(1, count - 1));
        var reach = new float[Math.Min(Queries, count)];
        var distances = new float[count];
        for (var query = 0; query < reach.Length; query++)
        {
            var vector = rows.AsSpan(QueryRow(query, count) * dimension, dimension);
            for (var row = 0; row < count; row++)
                distances[row] = FloatKernels.Distance(vector, rows.AsSpan(row * dimension, dimension));
            Array.Sort(distances);
            reach[query] = MathF.Sqrt(distances[Math.Min(kth, count - 1)]);
        }

        return reach;
    }

    /// <summary>The row of a sample that a query is.</summary>
    internal static int QueryRow(int query, int count) => (int)(((long)query * count + count / 2) / Math.Min(Queries, count));
}
