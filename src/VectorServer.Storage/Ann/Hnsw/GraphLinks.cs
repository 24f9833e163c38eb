using System.Runtime.CompilerServices;
using VectorServer.Storage.Memory;

namespace VectorServer.Storage.Ann.Hnsw;

/// <summary>
/// The links of a graph's nodes by layer. Readers take no lock: a list that is being rewritten shows old and new links mixed, each of
/// them a node. Writers of one node's list take its latch.
/// </summary>
/// <remarks>
/// Layer 0: latch, slot of the upper layers (-1: none), count, links. Upper layers of a node lie one after another from its slot on:
/// count, links.
/// </remarks>
internal sealed unsafe class GraphLinks : IDisposable
{
    private const int BaseHeaderInts = 3;

    private readonly NativeRows _base;
    private readonly NativeRows _upper;
    private readonly Lock _growth = new();
    private int _upperUsed;

    /// <param name="linksMax">Links of a node in the upper layers; layer 0 has twice as many.</param>
    public GraphLinks(int linksMax)
    {
        LinksMax = linksMax;
        _base = new NativeRows((BaseHeaderInts + 2 * linksMax) * sizeof(int));
        _upper = new NativeRows((1 + linksMax) * sizeof(int));
    }

    public int LinksMax { get; }

    public long Bytes => _base.Bytes + _upper.Bytes;

    /// <summary>Blocks of upper layers in use.</summary>
    public int UpperUsed => _upperUsed;

    public int LinksMaxOf(int layer) => layer == 0 ? 2 * LinksMax : LinksMax;

    /// <summary>Makes room for nodes. One caller at a time.</summary>
    public void EnsureCapacity(int nodes) => _base.EnsureCapacity(nodes);

    /// <summary>Makes a node without links, in layers 0 to <paramref name="topLayer"/>. Different nodes may be made at once.</summary>
    public void Add(int node, int topLayer)
    {
        var header = (int*)_base.Row(node);
        (header[0], header[1], header[2]) = (0, -1, 0);
        if (topLayer == 0)
            return;
        lock (_growth)
        {
            _upper.EnsureCapacity(_upperUsed + topLayer);
            header[1] = _upperUsed;
            _upperUsed += topLayer;
        }
    }

    /// <summary>A node's links in a layer it is in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<int> Of(int node, int layer)
    {
        var list = List(node, layer);
        return new ReadOnlySpan<int>(list + 1, Volatile.Read(ref *list));
    }

    /// <summary>Replaces a node's links. The caller holds its latch, or is the only one who knows the node.</summary>
    public void Set(int node, int layer, ReadOnlySpan<int> links)
    {
        var list = List(node, layer);
        links.CopyTo(new Span<int>(list + 1, LinksMaxOf(layer)));
        Volatile.Write(ref *list, links.Length);
    }

    /// <summary>Adds a link if there is room. The caller holds the node's latch.</summary>
    public bool TryAppend(int node, int layer, int link)
    {
        var list = List(node, layer);
        var count = *list;
        if (count == LinksMaxOf(layer))
            return false;
        list[1 + count] = link;
        Volatile.Write(ref *list, count + 1);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int node)
    {
        if (!System.Runtime.Intrinsics.X86.Sse.IsSupported)
            return;
        var row = _base.Row(node);
        for (var at = 0; at < _base.RowBytes; at += 64)
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(row + at);
    }

    public void Lock(int node)
    {
        ref var latch = ref *(int*)_base.Row(node);
        var spin = default(SpinWait);
        while (Interlocked.CompareExchange(ref latch, 1, 0) != 0)
            spin.SpinOnce(sleep1Threshold: -1);
    }

    public void Unlock(int node) => Volatile.Write(ref *(int*)_base.Row(node), 0);

    public void Dispose()
    {
        _base.Dispose();
        _upper.Dispose();
    }

    /// <summary>A list: its count, then the links.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int* List(int node, int layer)
    {
        var header = (int*)_base.Row(node);
        return layer == 0 ? header + BaseHeaderInts - 1 : (int*)_upper.Row(header[1] + layer - 1);
    }
}
