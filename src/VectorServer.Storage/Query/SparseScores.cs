using System.Buffers;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Query;

/// <summary>What a query's sparse part gives each of a snapshot's first rows. Cost: one pass over the query's lists; 8 bytes a row while it lives.</summary>
internal sealed class SparseScores : IDisposable
{
    private const int WindowRows = 4096;

    private readonly double[] _scores;

    public SparseScores(NamespaceSnapshot snapshot, SparseVector query, int rowCount)
    {
        _scores = ArrayPool<double>.Shared.Rent(Math.Max(1, rowCount));
        _scores.AsSpan(0, rowCount).Clear();
        var terms = snapshot.Generation.Sparse.Terms(query, snapshot.FirstRow);
        for (var row = snapshot.FirstRow; row < rowCount; row += WindowRows)
        {
            var window = _scores.AsSpan(row, Math.Min(WindowRows, rowCount - row));
            double parts = 0;
            foreach (ref var term in terms.AsSpan())
            {
                term.MoveTo(row + window.Length);
                parts += term.Largest;
                term.AddScores(row, window);
            }

            Rounding = Math.Max(Rounding, SparseScan.Rounding(parts, terms.Length));
            foreach (var score in window)
                Most = Math.Max(Most, score);
        }

        Most += Rounding;
    }

    /// <summary>The most that any row gets; at least 0.</summary>
    public double Most { get; private set; }

    /// <summary>How far a score may be off for the order in which it is added up.</summary>
    public double Rounding { get; private set; }

    /// <summary>At most what a row gets.</summary>
    public double this[int row] => _scores[row] + Rounding;

    public void Dispose() => ArrayPool<double>.Shared.Return(_scores);
}
