using System.Runtime.CompilerServices;

namespace VectorServer.Storage.Ann.Hnsw;

/// <summary>What one walk needs; pooled, one walk at a time.</summary>
internal sealed class WalkScratch
{
    private ushort[] _marks = [];
    private ushort _epoch;

    /// <param name="dimension">Of points.</param>
    public WalkScratch(int dimension)
    {
        Point = new float[FloatRows.PaddedOf(dimension)];
        Levels = new byte[Int8Form.PaddedOf(dimension)];
    }

    /// <summary>A query as a point, zeros behind the dimension.</summary>
    public float[] Point { get; }

    /// <summary>Its bytes.</summary>
    public byte[] Levels { get; }

    public WalkPool Pool { get; } = new();

    /// <summary>Nodes gathered before they are ranked, so that their memory is asked for ahead.</summary>
    public int[] Gathered { get; } = new int[512];

    /// <summary>Forgets all visits.</summary>
    public void BeginVisits(int nodes)
    {
        if (_marks.Length < nodes)
        {
            _marks = new ushort[Math.Max(nodes, _marks.Length * 2)];
            _epoch = 0;
        }

        if (++_epoch == 0)
        {
            Array.Clear(_marks);
            _epoch = 1;
        }
    }

    /// <summary>True the first time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Visit(int node)
    {
        // A node linked after the walk began is beyond its marks: it is not visited.
        if ((uint)node >= (uint)_marks.Length || _marks[node] == _epoch)
            return false;
        _marks[node] = _epoch;
        return true;
    }
}
