using System.Numerics;
using VectorServer.Storage.Model;

namespace VectorServer.Storage.Filters;

/// <summary>A set of rows out of <c>0..RowCount-1</c>, one bit each. Not thread-safe while it is filled; any thread may read it after.</summary>
internal sealed class RowSet(int rowCount)
{
    private readonly ulong[] _words = new ulong[(rowCount + 63) / 64];

    /// <summary>Rows the set ranges over, not how many are in it.</summary>
    public int RowCount { get; } = rowCount;

    /// <summary>Row <c>r</c> is bit <c>r % 64</c> of word <c>r / 64</c>; bits at and above <see cref="RowCount"/> are 0, which a writer sees to.</summary>
    public Span<ulong> Words => _words;

    /// <summary>How many rows are in the set; counted on each call.</summary>
    public int Count()
    {
        var count = 0;
        foreach (var word in _words)
            count += BitOperations.PopCount(word);
        return count;
    }

    public void Add(RowId row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row.Value, (uint)RowCount);
        _words[row.Value >> 6] |= 1UL << row.Value;
    }

    /// <summary>Takes the row out, where it is in.</summary>
    public void Remove(RowId row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row.Value, (uint)RowCount);
        _words[row.Value >> 6] &= ~(1UL << row.Value);
    }

    /// <summary>Adds consecutive rows.</summary>
    public void AddRange(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0)
            return;
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)first + count, RowCount);
        var (firstWord, lastWord) = (first >> 6, (first + count - 1) >> 6);
        var fromFirst = ulong.MaxValue << first;
        var toLast = ulong.MaxValue >> -(first + count); // shifts count modulo 64
        if (firstWord == lastWord)
        {
            _words[firstWord] |= fromFirst & toLast;
            return;
        }

        _words[firstWord] |= fromFirst;
        _words.AsSpan(firstWord + 1, lastWord - firstWord - 1).Fill(ulong.MaxValue);
        _words[lastWord] |= toLast;
    }

    /// <summary>Takes all rows out.</summary>
    public void Clear() => _words.AsSpan().Clear();

    /// <summary>Adds the rows of a set over as many rows.</summary>
    public void UnionWith(RowSet other)
    {
        for (var i = 0; i < _words.Length; i++)
            _words[i] |= other._words[i];
    }

    /// <summary>Takes out the rows that are not in a set over as many rows.</summary>
    public void IntersectWith(RowSet other)
    {
        for (var i = 0; i < _words.Length; i++)
            _words[i] &= other._words[i];
    }

    /// <summary>Takes out the rows of a set over as many rows.</summary>
    public void ExceptWith(RowSet other)
    {
        for (var i = 0; i < _words.Length; i++)
            _words[i] &= ~other._words[i];
    }

    /// <summary>False for rows beyond <see cref="RowCount"/>.</summary>
    public bool Contains(RowId row) => (uint)row.Value < (uint)RowCount && (_words[row.Value >> 6] >> row.Value & 1) != 0;

    /// <summary>Is any of some consecutive rows, or of those that share a word with them, in the set?</summary>
    public bool ContainsAny(int first, int count) => _words.AsSpan((first >> 6)..((first + count + 63) >> 6)).ContainsAnyExcept(0UL);

    /// <summary>The rows in ascending order.</summary>
    public Enumerator GetEnumerator() => new(_words);

    /// <summary>Walks the set bits word by word.</summary>
    public struct Enumerator(ulong[] words)
    {
        private ulong _rest = words.Length > 0 ? words[0] : 0;
        private int _word;

        public RowId Current { get; private set; }

        public bool MoveNext()
        {
            while (_rest == 0)
            {
                if (++_word >= words.Length)
                    return false;
                _rest = words[_word];
            }

            Current = new RowId(_word * 64 + BitOperations.TrailingZeroCount(_rest));
            _rest &= _rest - 1;
            return true;
        }
    }
}
