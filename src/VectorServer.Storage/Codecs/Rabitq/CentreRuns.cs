namespace VectorServer.Storage.Codecs.Rabitq;

/// <summary>Consecutive blocks.</summary>
internal readonly record struct BlockRun(int First, int Count);

/// <summary>Where the rows of one centre are: runs of blocks whose lanes fill one after another. One writer; any number of readers.</summary>
internal sealed class CentreRuns
{
    private BlockRun[] _all = [];
    private float _longest;
    private int _filling; // the run that takes the next row
    private int _taken; // lanes of it

    /// <summary>Grows by replacement, so that a search has the runs of one moment.</summary>
    public BlockRun[] All => Volatile.Read(ref _all);

    /// <summary>The length of the longest residual; never less than that of a lane that can be seen.</summary>
    public float Longest
    {
        get => Volatile.Read(ref _longest);
        set => Volatile.Write(ref _longest, value);
    }

    /// <summary>Lanes that are still to be taken.</summary>
    public int Free
    {
        get
        {
            var free = -_taken;
            foreach (var run in _all.AsSpan(_filling))
                free += run.Count * RabitqLayout.Rows;
            return _all.Length == 0 ? 0 : free;
        }
    }

    public void Add(BlockRun run) => Volatile.Write(ref _all, [.. _all, run]);

    /// <summary>Takes the next free lane.</summary>
    public (int Block, int Lane) Take()
    {
        if (_taken == _all[_filling].Count * RabitqLayout.Rows)
            (_filling, _taken) = (_filling + 1, 0);
        var lane = _taken++;
        return (_all[_filling].First + lane / RabitqLayout.Rows, lane % RabitqLayout.Rows);
    }

    /// <summary>Takes all lanes there are: they were read from a file, and what is free among them is left so.</summary>
    public void TakeAll()
    {
        if (_all.Length > 0)
            (_filling, _taken) = (_all.Length - 1, _all[^1].Count * RabitqLayout.Rows);
    }
}
