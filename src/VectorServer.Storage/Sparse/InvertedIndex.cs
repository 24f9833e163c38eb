using System.Collections.Concurrent;

namespace VectorServer.Storage.Sparse;

/// <summary>
/// Sparse vectors by coordinate: for each index that occurs, the rows that hold it, with their values. Rows are only ever added at the
/// end, so a reader of an older snapshot reads a prefix. One writer; readers need no lock.
/// </summary>
/// <remarks>Memory: 8 B a stored pair and about 130 B a distinct index. A query reads the lists of its own indices.</remarks>
internal sealed partial class InvertedIndex
{
    private readonly ConcurrentDictionary<uint, PostingList> _lists = new();

    /// <summary>Rows added, dead ones too.</summary>
    public int RowCount { get; private set; }

    /// <summary>No row has a sparse vector.</summary>
    public bool IsEmpty => RowCount == 0;

    public void Add(int row, SparseVector vector)
    {
        RowCount++;
        var indices = vector.Indices.Span;
        var values = vector.Values.Span;
        for (var i = 0; i < indices.Length; i++)
            _lists.GetOrAdd(indices[i], static _ => new PostingList()).Add(row, values[i]);
    }

    /// <summary>The inner product of the query with one row, exact in double.</summary>
    public double Score(SparseVector query, int row)
    {
        var score = 0d;
        var values = query.Values.Span;
        for (var i = 0; i < values.Length; i++)
        {
            if (!_lists.TryGetValue(query.Indices.Span[i], out var list))
                continue;
            var postings = list.Read();
            var at = postings.Seek(row, 0);
            if (at < postings.Count && postings.Row(at) == row)
                score += (double)values[i] * postings.Value(at);
        }

        return score;
    }

    /// <summary>The lists that a query reads, to be walked from a row on.</summary>
    public QueryTerm[] Terms(SparseVector query, int firstRow)
    {
        var terms = new List<QueryTerm>(query.Indices.Length);
        var values = query.Values.Span;
        for (var i = 0; i < values.Length; i++)
        {
            if (_lists.TryGetValue(query.Indices.Span[i], out var list))
                terms.Add(new QueryTerm(list.Read(), values[i], firstRow));
        }

        return [.. terms];
    }
}
