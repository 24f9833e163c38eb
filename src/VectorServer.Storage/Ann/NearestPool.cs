using System.Runtime.CompilerServices;

namespace VectorServer.Storage.Ann;

/// <summary>
/// The nearest nodes seen so far on a search, nearest first, with a mark on those whose links have been followed. Insertion moves what
/// lies behind: for the few hundred places of a search that is faster than a heap.
/// </summary>
internal sealed class NearestPool
{
    private ulong[] _entries = new ulong[128]; // rank, made to order like an unsigned number, above node * 2 + followed
    private int _capacity;
    private int _next;

    public int Count { get; private set; }

    /// <summary>A rank that is not above this one is refused.</summary>
    public float Threshold => Count < _capacity ? float.NegativeInfinity : RankOf(_entries[Count - 1]);

    /// <summary>Empties the pool.</summary>
    public void Reset(int capacity)
    {
        if (_entries.Length < capacity + 1)
            _entries = new ulong[capacity + 1];
        (_capacity, _next, Count) = (capacity, 0, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(int node, float rank)
    {
        var entry = Entry(node, rank);
        if (Count == _capacity)
        {
            if (entry <= _entries[Count - 1])
                return;
            Count--;
        }

        Insert(entry);
    }

    /// <summary>The nearest node not followed yet, marked from now on.</summary>
    public bool TryFollow(out int node)
    {
        for (; _next < Count; _next++)
        {
            if ((_entries[_next] & 1) != 0)
                continue;
            _entries[_next] |= 1;
            node = (int)((uint)_entries[_next] >> 1);
            _next++;
            return true;
        }

        node = -1;
        return false;
    }

    public int NodeAt(int place) => (int)((uint)_entries[place] >> 1);

    public float RankAt(int place) => RankOf(_entries[place]);

    private void Insert(ulong entry)
    {
        var entries = _entries.AsSpan(0, Count);
        var (low, high) = (0, entries.Length);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (entries[middle] > entry)
                low = middle + 1;
            else
                high = middle;
        }

        entries[low..].CopyTo(_entries.AsSpan(low + 1));
        _entries[low] = entry;
        Count++;
        _next = Math.Min(_next, low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Entry(int node, float rank)
    {
        var bits = BitConverter.SingleToInt32Bits(rank);
        var ordered = (uint)bits ^ (uint)(bits >> 31 | int.MinValue);
        return (ulong)ordered << 32 | (uint)node << 1;
    }

    private static float RankOf(ulong entry)
    {
        var ordered = (uint)(entry >> 32);
        var bits = ordered ^ ((ordered & 0x8000_0000) != 0 ? 0x8000_0000 : 0xFFFF_FFFF);
        return BitConverter.UInt32BitsToSingle(bits);
    }
}
