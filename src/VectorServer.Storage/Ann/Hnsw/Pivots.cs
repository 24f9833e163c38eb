namespace VectorServer.Storage.Ann.Hnsw;

/// <summary>
/// Nodes spread over all of a graph, of which walks begin at the nearest few. They are drawn with a chance that grows with the distance to
/// those drawn before, so that each island of the data soon has one, though no link may lead there.
/// </summary>
/// <remarks>k-means++ seeding, step by step: Arthur and Vassilvitskii (2007). One writer; readers see a count after the nodes it leads to.</remarks>
internal sealed class Pivots
{
    /// <summary>Walks begin at that many.</summary>
    public const int Starts = 4;

    private const int FirstMin = 32;
    private const int Max = 2048; // ranked one after another in less time than a walk takes
    private const int FarPerStep = 64;
    private const double FarTimes = 4; // the mean distance to a pivot: a new island
    private const ulong Seed = 0x9E3779B97F4A7C15;

    private int[] _nodes = new int[FirstMin];
    private int _count;
    private double _meanDistance = double.NaN;
    private ulong _state = Seed;

    public ReadOnlySpan<int> Nodes
    {
        get
        {
            var count = Volatile.Read(ref _count);
            return Volatile.Read(ref _nodes).AsSpan(0, count);
        }
    }

    /// <summary>Pivots wanted for a number of nodes.</summary>
    public static int Wanted(int nodes) => Math.Clamp((int)Math.Sqrt(nodes), FirstMin, Max / 2);

    public void Add(int node)
    {
        if (_count == _nodes.Length)
        {
            var grown = new int[_nodes.Length * 2];
            _nodes.CopyTo(grown, 0);
            Volatile.Write(ref _nodes, grown);
        }

        _nodes[_count] = node;
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>Draws pivots among new nodes.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="distances">The distance of each to the nearest pivot; infinite while there is none.</param>
    /// <param name="distance">The distance of two nodes.</param>
    public void Draw(int first, Span<double> distances, Func<int, int, double> distance)
    {
        var end = first + distances.Length;
        if (_count == 0)
            Take(0, first, distances, distance);
        while (_count < Wanted(end) && Weighted(distances) is >= 0 and var place)
            Take(place, first, distances, distance);

        for (var taken = 0; taken < FarPerStep && _count < Max; taken++)
        {
            var farthest = Farthest(distances);
            if (!(distances[farthest] > FarTimes * _meanDistance))
                break;
            Take(farthest, first, distances, distance);
        }

        double sum = 0;
        foreach (var value in distances)
            sum += value;
        var mean = sum / distances.Length;
        _meanDistance = double.IsNaN(_meanDistance) ? mean : 0.9 * _meanDistance + 0.1 * mean;
    }

    private void Take(int place, int first, Span<double> distances, Func<int, int, double> distance)
    {
        Add(first + place);
        for (var i = 0; i < distances.Length; i++)
            distances[i] = i == place ? 0 : Math.Min(distances[i], distance(first + place, first + i));
    }

    /// <summary>A place drawn by distance; -1 if all are at a pivot's.</summary>
    private int Weighted(ReadOnlySpan<double> distances)
    {
        double sum = 0;
        foreach (var value in distances)
            sum += value;
        if (!(sum > 0) || !double.IsFinite(sum))
            return -1;
        var drawn = NextUniform() * sum;
        for (var i = 0; i < distances.Length; i++)
        {
            drawn -= distances[i];
            if (drawn < 0)
                return i;
        }

        return Farthest(distances);
    }

    private static int Farthest(ReadOnlySpan<double> distances)
    {
        var farthest = 0;
        for (var i = 1; i < distances.Length; i++)
        {
            if (distances[i] > distances[farthest])
                farthest = i;
        }

        return farthest;
    }

    private double NextUniform()
    {
        _state += Seed;
        var bits = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return ((bits ^ (bits >> 31)) >> 11) / (double)(1UL << 53);
    }
}
