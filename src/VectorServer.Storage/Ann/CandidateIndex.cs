using VectorServer.Storage.IO;
using VectorServer.Storage.Query;

namespace VectorServer.Storage.Ann;

/// <summary>Gives a row's raw vector by its number.</summary>
internal delegate ReadOnlySpan<float> RowReader(int row);

/// <summary>
/// An approximate index over the rows of a generation: finds candidates without looking at every row. Derived from the raw vectors, built
/// behind the acknowledgement; rows it does not hold yet are scanned. Rows are only added: dead ones stay ways to others until compaction
/// makes another index. One builder; any number of searches beside it.
/// </summary>
internal abstract class CandidateIndex : IDisposable
{
    /// <summary>What it is; never <see cref="IndexKind.Auto"/> or <see cref="IndexKind.Flat"/>.</summary>
    public abstract IndexKind Kind { get; }

    /// <summary>Rows that a search can find, from the first on.</summary>
    public abstract int Count { get; }

    /// <summary>Bytes of memory.</summary>
    public abstract long Bytes { get; }

    /// <summary>
    /// What a search costs, in rows whose codes could be scanned one after another in the same time.
    /// </summary>
    /// <param name="count">As for <see cref="Search"/>.</param>
    /// <param name="probes">As for <see cref="Search"/>.</param>
    public abstract long ScannedRows(int count, int? probes);

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

    /// <summary>Finds rows near a query.</summary>
    /// <param name="query"><c>[dimension]</c>.</param>
    /// <param name="count">Candidates wanted, at least 1; more is more effort.</param>
    /// <param name="probes">Inverted lists that are read, at least 1; null for the usual number. Kinds without lists take no notice.</param>
    /// <returns>At most <paramref name="count"/> rows, nearest first by estimate; dead ones may be among them, and ones added at this moment.</returns>
    public abstract Candidate[] Search(ReadOnlySpan<float> query, int count, int? probes = null);

    /// <summary>Gives the memory back; no search may be under way.</summary>
    public abstract void Dispose();

    /// <summary>Writes the first <paramref name="count"/> rows' part of the index; searches and additions may go on meanwhile.</summary>
    internal abstract void Write(CheckedWriter file, int count);
}
