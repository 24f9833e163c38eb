using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann.Ivf;

/// <summary>Rows by the centroid nearest to them.</summary>
internal sealed class RowGroups
{
    private const int RowsPerTask = 256;

    private readonly int[] _starts; // [centroids + 1]
    private readonly int[] _places;

    private RowGroups(int[] nearest, int centroids)
    {
        _starts = new int[centroids + 1];
        foreach (var centroid in nearest)
            _starts[centroid + 1]++;
        for (var i = 0; i < centroids; i++)
            _starts[i + 1] += _starts[i];
        _places = new int[nearest.Length];
        var next = _starts.AsSpan(0, centroids).ToArray();
        for (var place = 0; place < nearest.Length; place++)
            _places[next[nearest[place]]++] = place;
    }

    /// <summary>The places of a group's rows, ascending.</summary>
    public ReadOnlySpan<int> Of(int group) => _places.AsSpan(_starts[group], _starts[group + 1] - _starts[group]);

    /// <param name="centroids">The groups' centres.</param>
    /// <param name="space">Where rows are compared.</param>
    /// <param name="read">Gives the raw vectors.</param>
    /// <param name="rowAt">The row at a place.</param>
    /// <param name="count">Places, from 0 on.</param>
    /// <param name="threads">How many work at once.</param>
    /// <param name="cancellation">Stops between a few hundred rows.</param>
    public static RowGroups Assign(
        Centroids centroids, PointSpace space, RowReader read, Func<int, int> rowAt, int count, int threads, CancellationToken cancellation)
    {
        var nearest = new int[count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Parallel.For(0, (count + RowsPerTask - 1) / RowsPerTask, options, task =>
        {
            // The last tile may be filled up with points that are zero; what they are nearest to is not kept.
            var points = new float[Centroids.PointsPerTile * space.Dimension];
            Span<int> found = stackalloc int[Centroids.PointsPerTile];
            var end = Math.Min(count, (task + 1) * RowsPerTask);
            for (var first = task * RowsPerTask; first < end; first += Centroids.PointsPerTile)
            {
                var rows = Math.Min(Centroids.PointsPerTile, end - first);
                for (var i = 0; i < rows; i++)
                    space.Load(read(rowAt(first + i)), points.AsSpan(i * space.Dimension, space.Dimension));
                centroids.Nearest(points, found);
                found[..rows].CopyTo(nearest.AsSpan(first));
            }
        });
        return new RowGroups(nearest, centroids.Count);
    }
}
