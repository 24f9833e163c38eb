using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using VectorServer.Storage.Memory;

namespace VectorServer.Storage.Ann.Hnsw;

/// <summary>Points as <see cref="Int8Form"/> keeps them.</summary>
internal sealed unsafe class Int8Rows : NodeVectors
{
    private readonly Int8Form _form;
    private readonly NativeRows _rows;

    public Int8Rows(PointSpace space)
        : base(space)
    {
        _form = new Int8Form(space);
        _rows = new NativeRows(_form.RowBytes);
    }

    public override long Bytes => _rows.Bytes;

    public override void EnsureCapacity(int nodes) => _rows.EnsureCapacity(nodes);

    public override void Write(int node, ReadOnlySpan<float> point) => _form.Encode(point, _rows.Row(node));

    public Int8Query Prepare(ReadOnlySpan<float> point, byte[] values) => _form.Prepare(point, values);

    /// <summary>How near a node is to a query, without what is the query's alone; higher is nearer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Rank(in Int8Query query, int node) => _form.Rank(query, _rows.Row(node));

    /// <summary>How near two nodes are; higher is nearer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Rank(int left, int right) => _form.Rank(_rows.Row(left), _rows.Row(right));

    public (double Near, double Width) Estimate(in Int8Query query, int node, float rank) => _form.Estimate(query, _rows.Row(node), rank);

    /// <summary>Asks for a node's cache lines ahead of its use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int node)
    {
        if (!Sse.IsSupported)
            return;
        var bytes = _rows.Row(node);
        for (var at = 0; at < _rows.RowBytes; at += 64)
            Sse.Prefetch0(bytes + at);
    }

    public override void Dispose() => _rows.Dispose();
}
