using System.Runtime.CompilerServices;

namespace VectorServer.Storage.Ann.Hnsw;

/// <summary>
/// The nearest nodes seen so far on a walk, nearest first, with a mark on those whose links have been followed. Only accepted nodes take up
/// its places: others are kept as ways, while they are nearer than the last place. Insertion moves what lies behind: for the few hundred
/// places of a walk that is faster than a heap.
/// </summary>
internal sealed class WalkPool
{
    /// <summary>Nodes are numbered below this.</summary>
    public const int NodesMax = 1 << 30;

    private const uint FollowedBit = 1;
    private const uint AcceptedBit = 2;
    private const int NodeShift = 2;

    private ulong[] _entries = new ulong[128]; // rank, made to order like an unsigned number, above node, accepted, followed
    private int _capacity;
    private int _accepted;
    private int _next;

    public int Count { get; private set; }

    /// <summary>Whether nodes may have been left out for want of places.</summary>
    public bool IsFull => _accepted == _capacity;

    /// <summary>A rank that is not above this one is refused.</summary>
    public float Threshold => _accepted < _capacity ? float.NegativeInfinity : RankOf(_entries[Count - 1]);

    /// <summary>Empties the pool.</summary>
    public void Reset(int capacity) => (_capacity, _accepted, _next, Count) = (capacity, 0, 0, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(int node, float rank, bool isAccepted = true)
    {
        var entry = Entry(node, rank, isAccepted);
        if (_accepted == _capacity)
        {
            if (entry <= _entries[Count - 1])
                return;
            if (isAccepted)
                (Count, _accepted) = (Count - 1, _accepted - 1); // the last is an accepted one
        }

        Insert(entry);
        if (!isAccepted || ++_accepted < _capacity)
            return;
        while (!IsAcceptedAt(Count - 1))
            Count--;
    }

    /// <summary>The nearest node not followed yet, marked from now on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFollow(out int node)
    {
        for (; _next < Count; _next++)
        {
            if ((_entries[_next] & FollowedBit) != 0)
                continue;
            _entries[_next] |= FollowedBit;
            node = NodeAt(_next);
            _next++;
            return true;
        }

        node = -1;
        return false;
    }

    public int NodeAt(int place) => (int)((uint)_entries[place] >> NodeShift);

    public bool IsAcceptedAt(int place) => (_entries[place] & AcceptedBit) != 0;

    public float RankAt(int place) => RankOf(_entries[place]);

    private void Insert(ulong entry)
    {
        if (Count == _entries.Length)
            Array.Resize(ref _entries, _entries.Length * 2);
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
    private static ulong Entry(int node, float rank, bool isAccepted)
    {
        var bits = BitConverter.SingleToInt32Bits(rank);
        var ordered = (uint)bits ^ (uint)(bits >> 31 | int.MinValue);
        return (ulong)ordered << 32 | (uint)node << NodeShift | (isAccepted ? AcceptedBit : 0);
    }

    private static float RankOf(ulong entry)
    {
        var ordered = (uint)(entry >> 32);
        var bits = ordered ^ ((ordered & 0x8000_0000) != 0 ? 0x8000_0000 : 0xFFFF_FFFF);
        return BitConverter.UInt32BitsToSingle(bits);
    }
}
