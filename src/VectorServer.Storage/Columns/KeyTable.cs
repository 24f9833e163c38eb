using System.Numerics;

namespace VectorServer.Storage.Columns;

/// <summary>
/// Distinct byte strings, each kept once and numbered from 0 in the order they came. Nothing is ever taken out. One writer; readers need no
/// lock and find every key added before something they learnt from the writer.
/// </summary>
/// <remarks>
/// Memory per key: its bytes, 12 B of place and hash, and 6 to 12 B of slots. What makes it safe to read while it grows: a key's entries are
/// written before the slot that leads to it, and a grown array replaces the old one whole.
/// </remarks>
internal sealed class KeyTable
{
    /// <summary>Not a key's number.</summary>
    public const int None = -1;

    /// <summary>Longest key.</summary>
    public const int KeyBytesMax = 255;

    private const int FirstChunkBytes = 64; // most fields of most data sets have few and short values
    private const int ChunkBytesMax = 1 << 20;
    private const int OffsetShift = 8; // of a location, the low bits hold the length
    private const int ChunkShift = 32;

    private byte[][] _chunks = [];
    private int _chunkUsed;
    private long[] _locations = new long[4];
    private int[] _hashes = new int[4];
    private int[] _slots = EmptySlots(8);
    private int _count;

    /// <summary>Keys added; numbers are below it.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Bytes of memory.</summary>
    public long Bytes => _chunks.Sum(chunk => (long)chunk.Length) + ((long)_locations.Length * sizeof(long)) + ((long)_hashes.Length * sizeof(int))
        + ((long)_slots.Length * sizeof(int));

    /// <summary>The number of a key, which is added where it is new.</summary>
    /// <param name="key">At most <see cref="KeyBytesMax"/> bytes; copied.</param>
    public int GetOrAdd(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, KeyBytesMax);
        var hash = HashOf(key);
        var slot = FindSlot(_slots, hash, key);
        if (_slots[slot] is var known and not None)
            return known;

        var number = _count;
        if (number == _locations.Length)
        {
            Volatile.Write(ref _locations, Grown(_locations));
            Volatile.Write(ref _hashes, Grown(_hashes));
        }

        _locations[number] = Store(key);
        _hashes[number] = hash;
        Volatile.Write(ref _slots[slot], number);
        Volatile.Write(ref _count, number + 1);
        if (_count * 3L > _slots.Length * 2L)
            GrowSlots();
        return number;
    }

    /// <summary>The number of a key, or <see cref="None"/>.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        var slots = Volatile.Read(ref _slots);
        return Volatile.Read(ref slots[FindSlot(slots, HashOf(key), key)]);
    }

    /// <summary>The key of a number below <see cref="Count"/>.</summary>
    public ReadOnlySpan<byte> KeyOf(int number) => BytesOf(number);

    /// <summary>Makes room for keys, into an empty table that nobody reads yet.</summary>
    public void Reserve(int count)
    {
        _locations = new long[Math.Max(4, count)];
        _hashes = new int[Math.Max(4, count)];
        _slots = EmptySlots((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, (count * 3L / 2) + 1)));
    }

    /// <summary>Seeded anew by each process, so that nobody can choose keys that collide.</summary>
    private static int HashOf(ReadOnlySpan<byte> key)
    {
        var hash = new HashCode();
        hash.AddBytes(key);
        return hash.ToHashCode();
    }

    private long Store(ReadOnlySpan<byte> key)
    {
        if (_chunks.Length == 0 || _chunkUsed + key.Length > _chunks[^1].Length)
        {
            var size = _chunks.Length == 0 ? FirstChunkBytes : Math.Min(_chunks[^1].Length * 2, ChunkBytesMax);
            Volatile.Write(ref _chunks, [.. _chunks, new byte[Math.Max(size, key.Length)]]);
            _chunkUsed = 0;
        }

        var offset = _chunkUsed;
        key.CopyTo(_chunks[^1].AsSpan(offset));
        _chunkUsed += key.Length;
        return ((long)(_chunks.Length - 1) << ChunkShift) | ((long)offset << OffsetShift) | (long)key.Length;
    }

    private ReadOnlySpan<byte> BytesOf(int number)
    {
        var location = Volatile.Read(ref _locations)[number];
        var offset = (int)(location & ((1L << ChunkShift) - 1)) >> OffsetShift;
        return Volatile.Read(ref _chunks)[(int)(location >> ChunkShift)].AsSpan(offset, (int)(location & KeyBytesMax));
    }

    /// <summary>The slot that holds the key's number, or the empty one where it belongs. Linear probing.</summary>
    private int FindSlot(int[] slots, int hash, ReadOnlySpan<byte> key)
    {
        var mask = slots.Length - 1;
        for (var slot = hash & mask; ; slot = (slot + 1) & mask)
        {
            var number = Volatile.Read(ref slots[slot]);
            if (number == None || (Volatile.Read(ref _hashes)[number] == hash && BytesOf(number).SequenceEqual(key)))
                return slot;
        }
    }

    private void GrowSlots()
    {
        var grown = EmptySlots(_slots.Length * 2);
        var mask = grown.Length - 1;
        for (var number = 0; number < _count; number++)
        {
            var slot = _hashes[number] & mask;
            while (grown[slot] != None)
                slot = (slot + 1) & mask;
            grown[slot] = number;
        }

        Volatile.Write(ref _slots, grown);
    }

    private static T[] Grown<T>(T[] array)
    {
        var grown = new T[array.Length * 2];
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
