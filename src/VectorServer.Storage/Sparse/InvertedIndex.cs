using System.Collections.Concurrent;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Sparse;

/// <summary>
/// Sparse vectors by coordinate: for each index that occurs, the rows that hold it, ascending, with their values. Rows are only ever
/// added at the end, so a reader of an older snapshot reads a prefix. One writer; readers need no lock.
/// </summary>
/// <remarks>Memory: 8 B a stored pair and about 100 B a distinct index. A query reads the lists of its own indices.</remarks>
internal sealed class InvertedIndex
{
    private readonly ConcurrentDictionary<uint, PostingList> _lists = new();

    /// <summary>No row has a sparse vector with any value.</summary>
    public bool IsEmpty => _lists.IsEmpty;

    public void Add(int row, SparseVector vector)
    {
        var indices = vector.Indices.Span;
        var values = vector.Values.Span;
        for (var i = 0; i < indices.Length; i++)
            _lists.GetOrAdd(indices[i], static _ => new PostingList()).Add(row, values[i]);
    }

    /// <summary>Adds to <c>scores[row - firstRow]</c> the inner product of the query with every row in <c>[firstRow, firstRow + scores.Length)</c>.</summary>
    public void AddScores(SparseVector query, int firstRow, Span<double> scores)
    {
        var indices = query.Indices.Span;
        var values = query.Values.Span;
        for (var i = 0; i < indices.Length; i++)
        {
            if (_lists.TryGetValue(indices[i], out var list))
                list.AddScores(values[i], firstRow, scores);
        }
    }

    /// <summary>Written in the order arrays, then count; read in the order count, then arrays: what the count covers is always there.</summary>
    private sealed class PostingList
    {
        private int[] _rows = new int[4];
        private float[] _values = new float[4];
        private int _count;

        public void Add(int row, float value)
        {
            if (_count == _rows.Length)
            {
                Volatile.Write(ref _rows, Grow(_rows));
                Volatile.Write(ref _values, Grow(_values));
            }

            _rows[_count] = row;
            _values[_count] = value;
            Volatile.Write(ref _count, _count + 1);
        }

        public void AddScores(float weight, int firstRow, Span<double> scores)
        {
            var count = Volatile.Read(ref _count);
            var rows = Volatile.Read(ref _rows);
            var values = Volatile.Read(ref _values);
            var start = Array.BinarySearch(rows, 0, count, firstRow);
            for (var i = start < 0 ? ~start : start; i < count && rows[i] - firstRow < scores.Length; i++)
                scores[rows[i] - firstRow] += (double)weight * values[i];
        }

        private static T[] Grow<T>(T[] array)
        {
            var grown = new T[array.Length * 2];
            array.CopyTo(grown, 0);
            return grown;
        }
    }
}
