using System.Text;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// Ids in memory: by row, and rows by id. A row's id never changes, so the rows of one id form a chain from the newest back, and a
/// reader of an older snapshot walks it to the row it may see. One writer; readers need no lock.
/// </summary>
/// <remarks>
/// Memory per row: the id's bytes, 16 B of location, hash and chain link, and 6 to 11 B of hash slots. What makes it safe to read
/// while it grows: a row's entries are written before the slot that leads to it, and a grown array replaces the old one whole.
/// </remarks>
internal sealed class IdTable
{
    private const int ArenaChunkBytes = 1 << 20;
    private const int FirstArenaBytes = 1 << 12; // there may be thousands of namespaces with a few records each
    private const int OffsetShift = 10; // the low bits of a location hold the length, at most 512
    private const int IdBytesMax = 512;
    private const int None = -1;

    private byte[][] _arena = [new byte[FirstArenaBytes]];
    private int _arenaUsed;
    private long[] _locations = new long[64];
    private int[] _hashes = new int[64];
    private int[] _previous = new int[64];
    private int[] _slots = EmptySlots(128);
    private int _slotsUsed;

    /// <summary>Rows added.</summary>
    public int Count { get; private set; }

    /// <summary>Makes room ahead of many rows.</summary>
    public void Reserve(int rows)
    {
        EnsureRows(rows);
        while (rows * 3L > _slots.Length * 2L)
            GrowSlots();
    }

    /// <summary>Adds the next row.</summary>
    /// <param name="id">ASCII.</param>
    /// <returns>The row that carried this id before, dead or alive; -1 if none did.</returns>
    public int Add(ReadOnlySpan<byte> id)
    {
        var row = Count;
        EnsureRows(row + 1);
        _locations[row] = Store(id);
        var hash = HashOf(id);
        _hashes[row] = hash;
        var slot = FindSlot(_slots, hash, id);
        var earlier = _slots[slot];
        _previous[row] = earlier;
        Volatile.Write(ref _slots[slot], row);
        Count = row + 1;
        if (earlier == None && ++_slotsUsed * 3 > _slots.Length * 2)
            GrowSlots();
        return earlier;
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{byte})"/>
    public int Add(string id)
    {
        Span<byte> bytes = stackalloc byte[id.Length];
        Encoding.ASCII.GetBytes(id, bytes);
        return Add(bytes);
    }

    /// <summary>The newest row below <paramref name="rowCount"/> that carries the id, dead or alive; -1 if none does.</summary>
    public int Find(string id, int rowCount)
    {
        var slots = Volatile.Read(ref _slots);
        if (id.Length > IdBytesMax || !Ascii.IsValid(id))
            return None;
        Span<byte> bytes = stackalloc byte[id.Length];
        Encoding.ASCII.GetBytes(id, bytes);
        var row = Volatile.Read(ref slots[FindSlot(slots, HashOf(bytes), bytes)]);
        while (row >= rowCount)
            row = Volatile.Read(ref _previous)[row];
        return row;
    }

    public string IdOf(int row) => Encoding.ASCII.GetString(BytesOf(row));

    /// <summary>Orders two rows by their ids' bytes.</summary>
    public int Compare(int left, int right) => BytesOf(left).SequenceCompareTo(BytesOf(right));

    /// <summary>Orders a row's id, by its bytes, against another.</summary>
    public int Compare(int row, ReadOnlySpan<byte> id) => BytesOf(row).SequenceCompareTo(id);

    /// <summary>A row's id; the bytes never change.</summary>
    public ReadOnlySpan<byte> BytesOf(int row)
    {
        var location = Volatile.Read(ref _locations)[row];
        var length = (int)(location & ((1 << OffsetShift) - 1));
        var start = location >> OffsetShift;
        return Volatile.Read(ref _arena)[start / ArenaChunkBytes].AsSpan((int)(start % ArenaChunkBytes), length);
    }

    private long Store(ReadOnlySpan<byte> id)
    {
        if (_arenaUsed + id.Length > _arena[^1].Length)
            GrowArena();
        var start = ((long)(_arena.Length - 1) * ArenaChunkBytes) + _arenaUsed;
        id.CopyTo(_arena[^1].AsSpan(_arenaUsed));
        _arenaUsed += id.Length;
        return start << OffsetShift | (long)id.Length;
    }

    /// <summary>Twice the first chunk, until it has full size; then one chunk more.</summary>
    private void GrowArena()
    {
        if (_arena[^1] is { Length: < ArenaChunkBytes } small)
        {
            var grown = new byte[small.Length * 2];
            small.CopyTo(grown, 0);
            Volatile.Write(ref _arena, [grown]);
            return;
        }

        Volatile.Write(ref _arena, [.. _arena, new byte[ArenaChunkBytes]]);
        _arenaUsed = 0;
    }

    /// <summary>The slot that holds the id's newest row, or the empty one where it belongs. Linear probing.</summary>
    private int FindSlot(int[] slots, int hash, ReadOnlySpan<byte> id)
    {
        var mask = slots.Length - 1;
        for (var slot = hash & mask; ; slot = (slot + 1) & mask)
        {
            var row = Volatile.Read(ref slots[slot]);
            if (row == None || (Volatile.Read(ref _hashes)[row] == hash && BytesOf(row).SequenceEqual(id)))
                return slot;
        }
    }

    private void GrowSlots()
    {
        var grown = EmptySlots(_slots.Length * 2);
        var mask = grown.Length - 1;
        foreach (var row in _slots)
        {
            if (row == None)
                continue;
            var slot = _hashes[row] & mask;
            while (grown[slot] != None)
                slot = (slot + 1) & mask;
            grown[slot] = row;
        }

        Volatile.Write(ref _slots, grown);
    }

    private void EnsureRows(int rows)
    {
        if (rows <= _locations.Length)
            return;
        var length = Math.Max(rows, _locations.Length * 2);
        Volatile.Write(ref _locations, Grow(_locations, length));
        Volatile.Write(ref _hashes, Grow(_hashes, length));
        Volatile.Write(ref _previous, Grow(_previous, length));
    }

    /// <summary>Differs from process to process, so that nobody can choose ids that collide.</summary>
    private static int HashOf(ReadOnlySpan<byte> id)
    {
        Span<char> text = stackalloc char[id.Length];
        Encoding.ASCII.GetChars(id, text);
        return string.GetHashCode(text);
    }

    private static T[] Grow<T>(T[] array, int length)
    {
        var grown = new T[length];
        array.CopyTo(grown, 0);
        return grown;
    }

    private static int[] EmptySlots(int count)
    {
        var slots = new int[count];
        Array.Fill(slots, None);
        return slots;
    }
}
