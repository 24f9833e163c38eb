using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann.Ivf;

/// <summary>Learns the centres of lists from a sample of the rows; always the same for the same rows, whatever the threads.</summary>
/// <remarks>Lloyd's iterations from different rows drawn at random. Rows are read anew in each: memory holds their numbers only.</remarks>
internal static class KMeans
{
    private const int Seed = 20_011;
    private const int RowsPerCentroid = 48;
    private const int RowsMax = 1 << 18; // bounds the training of the largest indexes; from 5,000 lists on each learns from fewer rows
    private const int Rounds = 6;

    /// <param name="space">Where rows are clustered.</param>
    /// <param name="read">Gives the raw vectors.</param>
    /// <param name="rowCount">Rows to learn from, at least 1.</param>
    /// <param name="lists">Centroids wanted.</param>
    /// <param name="threads">How many work at once.</param>
    /// <param name="cancellation">Stops between tiles.</param>
    /// <returns>As many as wanted or, where the rows have fewer clusters, fewer.</returns>
    public static Centroids Train(PointSpace space, RowReader read, int rowCount, int lists, int threads, CancellationToken cancellation)
    {
        lists = Math.Min(lists, rowCount);
        var sample = Sample(rowCount, (int)Math.Min(rowCount, Math.Max(lists, Math.Min(RowsMax, (long)RowsPerCentroid * lists))));
        var centroids = new Centroids(Load(space, read, sample.AsSpan(0, lists)), space.Dimension);
        Array.Sort(sample); // from here on the rows are read in order
        for (var round = 0; ; round++)
        {
            var groups = RowGroups.Assign(centroids, space, read, place => sample[place], sample.Length, threads, cancellation);
            if (round == Rounds)
                return WithoutEmpty(centroids, groups);
            centroids = Means(space, read, sample, groups, centroids.Count, threads, cancellation);
        }
    }

    /// <summary>Different rows in random order.</summary>
    private static int[] Sample(int rowCount, int count)
    {
        var random = new Random(Seed);
        var rows = new HashSet<int>(count);
        var sample = new int[count];

        // Floyd's choice: each of the last rows, or a random one before it.
        for (var row = rowCount - count; row < rowCount; row++)
        {
            var drawn = random.Next(row + 1);
            if (!rows.Add(drawn))
                rows.Add(row);
        }

        rows.CopyTo(sample);
        random.Shuffle(sample);
        return sample;
    }

    private static float[] Load(PointSpace space, RowReader read, ReadOnlySpan<int> rows)
    {
        var points = new float[rows.Length * space.Dimension];
        for (var i = 0; i < rows.Length; i++)
            space.Load(read(rows[i]), points.AsSpan(i * space.Dimension, space.Dimension));
        return points;
    }

    /// <summary>The mean of each group; a group without rows takes one of the rows of the largest, which is thereby split.</summary>
    private static Centroids Means(
        PointSpace space, RowReader read, int[] sample, RowGroups groups, int count, int threads, CancellationToken cancellation)
    {
        var means = new float[count * space.Dimension];
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Parallel.For(0, count, options, group =>
        {
            var places = groups.Of(group);
            var sums = new double[space.Dimension];
            var point = new float[space.Dimension];
            foreach (var place in places)
            {
                space.Load(read(sample[place]), point);
                for (var i = 0; i < sums.Length; i++)
                    sums[i] += point[i];
            }

            for (var i = 0; i < sums.Length && places.Length > 0; i++)
                means[group * sums.Length + i] = (float)(sums[i] / places.Length);
        });

        var largest = new PriorityQueue<int, int>(Enumerable.Range(0, count).Select(group => (group, -groups.Of(group).Length)));
        for (var group = 0; group < count; group++)
        {
            if (groups.Of(group).Length > 0)
                continue;
            largest.TryDequeue(out var donor, out var size);
            var places = groups.Of(donor);
            if (places.IsEmpty)
                break; // there are fewer different points than groups: what stays empty is left out in the end
            space.Load(read(sample[places[-size / 2]]), means.AsSpan(group * space.Dimension, space.Dimension));
            largest.Enqueue(donor, size / 2);
        }

        return new Centroids(means, space.Dimension);
    }

    private static Centroids WithoutEmpty(Centroids centroids, RowGroups groups)
    {
        int[] kept = [.. Enumerable.Range(0, centroids.Count).Where(i => groups.Of(i).Length > 0)];
        if (kept.Length == centroids.Count)
            return centroids;
        var rows = new float[kept.Length * centroids.Dimension];
        for (var i = 0; i < kept.Length; i++)
            centroids.Row(kept[i]).CopyTo(rows.AsSpan(i * centroids.Dimension));
        return new Centroids(rows, centroids.Dimension);
    }
}
