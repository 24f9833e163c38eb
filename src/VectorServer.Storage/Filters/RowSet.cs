using System.Numerics;

namespace VectorServer.Storage.Filters;

/// <summary>A bitmap over rows <c>[0, rowCount)</c>.</summary>
internal sealed class RowSet(int rowCount)
{
    private const int WordShift = 6; // 64 rows a word

    private readonly ulong[] _words = new ulong[(rowCount + 63) >> WordShift];

    /// <summary>Rows in the set.</summary>
    public int Count { get; private set; }

    public void Add(int row)
    {
        ref var word = ref _words[row >> WordShift];
        var bit = 1UL << row;
        Count += (word & bit) == 0 ? 1 : 0;
        word |= bit;
    }

    public bool Contains(int row) => (_words[row >> WordShift] & (1UL << row)) != 0;

    /// <summary>Whether any of <paramref name="count"/> rows from <paramref name="first"/> on is in the set; both are multiples of 64.</summary>
    public bool ContainsAny(int first, int count)
    {
        var start = first >> WordShift;
        return start < _words.Length
            && _words.AsSpan(start, Math.Min(count >> WordShift, _words.Length - start)).ContainsAnyExcept(0UL);
    }

    /// <summary>The rows, ascending.</summary>
    public Enumerator GetEnumerator() => new(_words);

    public struct Enumerator
    {
        private readonly ulong[] _words;
        private ulong _rest;
        private int _word;

        internal Enumerator(ulong[] words) => (_words, _word) = (words, -1);

        public int Current { get; private set; }

        public bool MoveNext()
        {
            while (_rest == 0)
            {
                if (++_word == _words.Length)
                    return false;
                _rest = _words[_word];
            }

            Current = (_word << WordShift) + BitOperations.TrailingZeroCount(_rest);
            _rest &= _rest - 1;
            return true;
        }
    }
}
