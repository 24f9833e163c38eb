namespace VectorServer.Storage.Sparse;

/// <summary>The rows that hold one index, ascending, with their values, and the bounds of the values of each block of them. One writer.</summary>
/// <remarks>Written in the order arrays, then count; read in the order count, then arrays: what the count covers is always there.</remarks>
internal sealed class PostingList
{
    private const int FirstCapacity = 4;
    private const int BlockShift = 7; // 128 postings

    private int[] _rows = new int[FirstCapacity];
    private float[] _values = new float[FirstCapacity];
    private float[] _bounds = new float[2]; // the highest value of each block, then its lowest
    private int _count;

    public void Add(int row, float value)
    {
        if (_count == _rows.Length)
        {
            var capacity = Math.Max(FirstCapacity, _count * 2);
            Volatile.Write(ref _rows, Grow(_rows, capacity));
            Volatile.Write(ref _values, Grow(_values, capacity));
            Volatile.Write(ref _bounds, Grow(_bounds, 2 * ((capacity - 1 >> BlockShift) + 1)));
        }

        var block = 2 * (_count >> BlockShift);
        _rows[_count] = row;
        _values[_count] = value;
        _bounds[block] = Math.Max(_bounds[block], value); // 0 at first, which a row without the index counts
        _bounds[block + 1] = Math.Min(_bounds[block + 1], value);
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>A list of postings in ascending order of their rows; takes the arrays.</summary>
    public static PostingList Of(int[] rows, float[] values)
    {
        var bounds = new float[2 * ((rows.Length >> BlockShift) + 1)];
        for (var posting = 0; posting < values.Length; posting++)
        {
            var block = 2 * (posting >> BlockShift);
            bounds[block] = Math.Max(bounds[block], values[posting]);
            bounds[block + 1] = Math.Min(bounds[block + 1], values[posting]);
        }

        return new PostingList { _rows = rows, _values = values, _bounds = bounds, _count = rows.Length };
    }

    /// <summary>The postings there are now.</summary>
    public Postings Read()
    {
        var count = Volatile.Read(ref _count);
        return new Postings(Volatile.Read(ref _rows), Volatile.Read(ref _values), Volatile.Read(ref _bounds), count);
    }

    private static T[] Grow<T>(T[] array, int length)
    {
        if (array.Length >= length)
            return array;
        var grown = new T[length];
        array.CopyTo(grown, 0);
        return grown;
    }

    /// <summary>A prefix of a list, for a reader.</summary>
    public readonly struct Postings(int[] rows, float[] values, float[] bounds, int count)
    {
        public int Count { get; } = count;

        public int Row(int posting) => rows[posting];

        public float Value(int posting) => values[posting];

        /// <summary>The rows of the first postings.</summary>
        public ReadOnlySpan<int> FirstRows(int count) => rows.AsSpan(0, count);

        /// <summary>The values of the first postings.</summary>
        public ReadOnlySpan<float> FirstValues(int count) => values.AsSpan(0, count);

        /// <summary>The first posting from <paramref name="start"/> on whose row is not below; <see cref="Count"/> if there is none.</summary>
        public int Seek(int row, int start)
        {
            // Doubling steps first: what is sought is mostly near.
            var step = 1;
            var low = start;
            while (low + step < Count && rows[low + step] < row)
            {
                low += step;
                step *= 2;
            }

            var found = Array.BinarySearch(rows, low, Math.Min(step + 1, Count - low), row);
            return found < 0 ? ~found : found;
        }

        /// <summary>Adds to <c>scores[row - firstRow]</c> what a weight makes of some postings.</summary>
        public void AddScores(float weight, int start, int end, int firstRow, Span<double> scores)
        {
            var found = rows.AsSpan(start, end - start);
            var theirs = values.AsSpan(start, found.Length);
            for (var i = 0; i < found.Length; i++)
                scores[found[i] - firstRow] += (double)weight * theirs[i];
        }

        /// <summary>Bounds of the values of some postings, on either side of 0, which a row without the index counts.</summary>
        public (float Low, float High) Extremes(int start, int end)
        {
            var (low, high) = (0f, 0f);
            for (var block = start >> BlockShift; block << BlockShift < end; block++)
            {
                high = Math.Max(high, bounds[2 * block]);
                low = Math.Min(low, bounds[(2 * block) + 1]);
            }

            return (low, high);
        }
    }
}
