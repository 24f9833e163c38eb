using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Query;

/// <summary>A row and how near it is; higher is nearer, whatever the metric.</summary>
internal readonly record struct Candidate(int Row, double Rank);

/// <summary>The nearest rows seen so far: a bounded heap with the farthest kept row on top. Equal ranks are ordered by id.</summary>
internal sealed class TopK(int capacity, IdTable ids)
{
    private Candidate[] _heap = new Candidate[Math.Min(capacity, 64)];
    private int _count;

    /// <summary>Rows that are kept.</summary>
    public int Capacity => capacity;

    /// <summary>A row whose rank is below this is not worth offering; a NaN ranks last.</summary>
    public double Threshold { get; private set; } = double.NegativeInfinity;

    public void Offer(int row, double rank)
    {
        var candidate = new Candidate(row, rank);
        if (_count < Capacity)
        {
            if (_count == _heap.Length)
                Array.Resize(ref _heap, Math.Min(Capacity, _heap.Length * 2));
            _heap[_count++] = candidate;
            SiftUp(_count - 1);
        }
        else if (IsNearer(candidate, _heap[0]))
        {
            _heap[0] = candidate;
            SiftDown(0);
        }
        else
        {
            return;
        }

        if (_count == Capacity)
            Threshold = _heap[0].Rank;
    }

    /// <summary>The rows kept, nearest first. The heap is empty afterwards.</summary>
    public Candidate[] Take()
    {
        var candidates = _heap.AsSpan(0, _count).ToArray();
        Array.Sort(candidates, Compare);
        _count = 0;
        Threshold = double.NegativeInfinity;
        return candidates;
    }

    private int Compare(Candidate left, Candidate right)
    {
        var byRank = right.Rank.CompareTo(left.Rank);
        return byRank != 0 ? byRank : ids.Compare(left.Row, right.Row);
    }

    private bool IsNearer(Candidate left, Candidate right) => Compare(left, right) < 0;

    private void SiftUp(int index)
    {
        while (index > 0)
        {
            var parent = (index - 1) / 2;
            if (!IsNearer(_heap[parent], _heap[index]))
                return;
            (_heap[parent], _heap[index]) = (_heap[index], _heap[parent]);
            index = parent;
        }
    }

    private void SiftDown(int index)
    {
        while (true)
        {
            var child = (2 * index) + 1;
            if (child >= _count)
                return;
            if (child + 1 < _count && IsNearer(_heap[child], _heap[child + 1]))
                child++;
            if (!IsNearer(_heap[index], _heap[child]))
                return;
            (_heap[index], _heap[child]) = (_heap[child], _heap[index]);
            index = child;
        }
    }
}
