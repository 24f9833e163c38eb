using System.Runtime.InteropServices;
using VectorServer.Storage.Memory;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann;

/// <summary>
/// Rows by their vectors: a number for each vector there is, in the order of its first row, and the rows that have it, newest first. Two
/// vectors are one if all their bytes are. One writer; readers need no lock for the numbers and rows they learnt of after they were added.
/// </summary>
/// <remarks>Memory: 4 bytes a row, and 20 to 28 a vector.</remarks>
internal sealed unsafe class DistinctRows : IDisposable
{
    private const int None = -1;

    private readonly NativeRows _vectors = new(sizeof(Entry));
    private readonly NativeRows _previous = new(sizeof(int));
    private int[] _slots = NewSlots(256);

    /// <summary>Different vectors.</summary>
    public int Count { get; private set; }

    /// <summary>Rows added.</summary>
    public int RowCount { get; private set; }

    public long Bytes => _vectors.Bytes == 0 ? 0 : _vectors.Bytes + _previous.Bytes + (long)_slots.Length * sizeof(int);

    /// <summary>Adds the next row; true where it is the first of its vector.</summary>
    /// <param name="read">Gives the raw vectors.</param>
    /// <param name="number">Out: its vector's number.</param>
    public bool Add(RowReader read, out int number)
    {
        var row = RowCount;
        var bytes = MemoryMarshal.AsBytes(read(row));
        var hash = HashOf(bytes);
        if ((Count + 1) * 3L > _slots.Length * 2L)
            GrowSlots();
        var mask = _slots.Length - 1;
        var slot = hash & mask;
        for (; _slots[slot] != None; slot = (slot + 1) & mask)
        {
            ref var known = ref At(_slots[slot]);
            if (known.Hash == hash && bytes.SequenceEqual(MemoryMarshal.AsBytes(read(known.First))))
                break;
        }

        _previous.EnsureCapacity(row + 1);
        var isFirst = _slots[slot] == None;
        number = isFirst ? Count : _slots[slot];
        if (isFirst)
        {
            _vectors.EnsureCapacity(Count + 1);
            At(number) = new Entry { Hash = hash, First = row, Newest = row };
            *(int*)_previous.Row(row) = None;
            _slots[slot] = number;
            Count++;
        }
        else
        {
            ref var entry = ref At(number);
            *(int*)_previous.Row(row) = entry.Newest;
            Volatile.Write(ref entry.Newest, row);
        }

        RowCount = row + 1;
        return isFirst;
    }

    /// <summary>The first row that had a vector.</summary>
    public int First(int number) => At(number).First;

    /// <summary>The newest row that has a vector.</summary>
    public int Newest(int number) => Volatile.Read(ref At(number).Newest);

    /// <summary>The next older row of the same vector; -1 if there is none.</summary>
    public int Previous(int row) => *(int*)_previous.Row(row);

    /// <summary>Vectors that the first rows have.</summary>
    public int CountOf(int rowCount)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (At(middle).First < rowCount)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    public void Dispose()
    {
        _vectors.Dispose();
        _previous.Dispose();
    }

    private ref Entry At(int number) => ref *(Entry*)_vectors.Row(number);

    /// <summary>Differs from process to process, so that nobody can choose vectors that collide.</summary>
    private static int HashOf(ReadOnlySpan<byte> bytes)
    {
        var hash = default(HashCode);
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }

    private void GrowSlots()
    {
        var grown = NewSlots(_slots.Length * 2);
        var mask = grown.Length - 1;
        for (var number = 0; number < Count; number++)
        {
            var slot = At(number).Hash & mask;
            while (grown[slot] != None)
                slot = (slot + 1) & mask;
            grown[slot] = number;
        }

        _slots = grown;
    }

    private static int[] NewSlots(int count)
    {
        var slots = new int[count];
        Array.Fill(slots, None);
        return slots;
    }

    private struct Entry
    {
        public int Hash;
        public int First;
        public int Newest;
    }
}
