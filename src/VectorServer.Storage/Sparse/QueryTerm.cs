namespace VectorServer.Storage.Sparse;

/// <summary>One index of a query, its weight, and where in its list a walk over windows of rows has come to.</summary>
internal struct QueryTerm
{
    private readonly PostingList.Postings _postings;
    private readonly float _weight;
    private int _start;
    private int _end;

    public QueryTerm(PostingList.Postings postings, float weight, int firstRow)
    {
        (_postings, _weight) = (postings, weight);
        _start = _end = postings.Seek(firstRow, 0);
    }

    /// <summary>False where the window has no row with the index.</summary>
    public readonly bool IsInWindow => _start < _end;

    /// <summary>Rows of the window that have the index.</summary>
    public readonly int CountInWindow => _end - _start;

    /// <summary>The most that it adds to any row of the window; not below 0.</summary>
    public double Most { get; private set; }

    /// <summary>What it adds to any row of the window is at most this as an absolute value.</summary>
    public double Largest { get; private set; }

    /// <summary>Goes on to the window that follows, up to a row.</summary>
    public void MoveTo(int endRow)
    {
        _start = _end;
        _end = _postings.Seek(endRow, _start);
        var (low, high) = IsInWindow ? _postings.Extremes(_start, _end) : default;
        var (byLow, byHigh) = ((double)_weight * low, (double)_weight * high);
        Most = Math.Max(byLow, byHigh);
        Largest = Math.Max(Math.Abs(byLow), Math.Abs(byHigh));
    }

    /// <summary>Adds its part to <c>scores[row - firstRow]</c> of every row of the window that has it.</summary>
    public readonly void AddScores(int firstRow, Span<double> scores) => _postings.AddScores(_weight, _start, _end, firstRow, scores);

    /// <summary>Its part of one row's score; rows must be asked for in ascending order.</summary>
    public double ScoreOf(int row)
    {
        if (!IsInWindow)
            return 0;
        _start = _postings.Seek(row, _start);
        return IsInWindow && _postings.Row(_start) == row ? (double)_weight * _postings.Value(_start) : 0;
    }
}
