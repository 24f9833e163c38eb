using VectorServer.Storage.IO;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann;

/// <summary>
/// An approximate index over the rows of a generation: finds rows without looking at every one. Derived from the raw vectors, built
/// behind the acknowledgement; rows it does not hold yet are scanned. Rows are only added: dead ones stay ways to others until compaction
/// makes another index. Rows with the same vector are found together. One builder; any number of searches beside it.
/// </summary>
internal abstract class CandidateIndex : IDisposable
{
    private volatile HeldRecall? _held;

    /// <summary>What it is; never <see cref="IndexKind.Auto"/> or <see cref="IndexKind.Flat"/>.</summary>
    public abstract IndexKind Kind { get; }

    /// <summary>Rows that a search can find, from the first on.</summary>
    public abstract int Count { get; }

    /// <summary>Bytes of memory.</summary>
    public abstract long Bytes { get; }

    /// <summary>The effort a search takes that does not say: nodes on a walk, or lists.</summary>
    public abstract int UsualEffort { get; }

    /// <summary>Inverted lists; 0 for kinds without.</summary>
    public virtual int Lists => 0;

    /// <summary>The effort that was measured to reach the recall asked for; null until then.</summary>
    public HeldRecall? Held
    {
        get => _held;
        set => _held = value;
    }

    /// <summary>
    /// What a search costs, in rows whose codes could be scanned one after another in the same time.
    /// </summary>
    /// <param name="effort">As for <see cref="Search"/>.</param>
    public abstract long ScannedRows(int effort);

    /// <summary>Learns from the rows what the kind learns from them, before they are added step by step. One caller at a time.</summary>
    /// <param name="read">Gives the raw vectors.</param>
    /// <param name="rowCount">Rows there are, about to be added.</param>
    /// <param name="threads">How many work at once, at least 1.</param>
    /// <param name="cancellation">Stops between steps; what was learnt before stays.</param>
    public virtual void Prepare(RowReader read, int rowCount, int threads, CancellationToken cancellation)
    {
    }

    /// <summary>Adds the rows from <see cref="Count"/> up to <paramref name="rowCount"/>. One caller at a time.</summary>
    /// <param name="read">Gives the raw vectors.</param>
    /// <param name="rowCount">Rows held when this returns.</param>
    /// <param name="threads">How many work at once, at least 1.</param>
    /// <param name="cancellation">Stops between steps; what was added stays.</param>
    public abstract void Extend(RowReader read, int rowCount, int threads, CancellationToken cancellation);

    /// <summary>Makes sure that every row can be found. Called after rows were added, by who added them.</summary>
    public virtual void Settle(CancellationToken cancellation)
    {
    }

    /// <summary>Finds rows near a query.</summary>
    /// <param name="query"><c>[dimension]</c>.</param>
    /// <param name="ask">How hard to look, and for what.</param>
    public abstract FoundRows Search(ReadOnlySpan<float> query, in SearchAsk ask);

    /// <summary>The next older row with the same vector as one that was found; -1 if there is none.</summary>
    public abstract int NextCopy(int row);

    /// <summary>Gives the memory back; no search may be under way.</summary>
    public abstract void Dispose();

    /// <summary>Writes the first <paramref name="count"/> rows' part of the index; searches and additions may go on meanwhile.</summary>
    internal abstract void Write(CheckedWriter file, int count);
}
