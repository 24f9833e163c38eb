using System.Buffers;
using System.Numerics;
using System.Runtime.Intrinsics;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Model;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Sparse;

namespace VectorServer.Storage.Query;

/// <summary>
/// Offers the live, matching rows that share an index with a sparse query, without scoring those that cannot be among the nearest: exact,
/// whatever the signs of weights and values.
/// </summary>
/// <remarks>
/// MaxScore (Turtle and Flood, Query evaluation: strategies and optimizations, 1995) over windows of rows, whose lists' block bounds say
/// what each index can add at most. Indices whose bounds together stay below the threshold find no row by themselves, so their lists are
/// only looked into for rows that the others found, where these are few. Cost at worst: one pass over the query's lists.
/// </remarks>
internal static class SparseScan
{
    private const int WindowRows = 4096; // whose scores stay in the first-level cache
    private const int LookUpCost = 64; // of a row in a list, in postings added up
    private const double RoundingSlack = 1 + 1e-6; // of sums that no score is above
    private const double SumError = 1.0 / (1L << 51); // twice that of one addition in either order
    private const double Untouched = -0.0; // no sum of products is this: what it is added to takes its sign
    private static readonly int Step = Vector512<double>.Count;

    /// <summary>How far two sums of the same parts in different orders may lie apart.</summary>
    /// <param name="parts">The sum of what each part is at most, as an absolute value.</param>
    /// <param name="count">How many parts.</param>
    public static double Rounding(double parts, int count) => parts * (count + 1) * SumError;

    public static void Run(NamespaceSnapshot snapshot, SparseVector query, RowSet? filtered, TopK nearest, CancellationToken cancellation)
    {
        var terms = snapshot.Generation.Sparse.Terms(query, snapshot.FirstRow);
        var order = new int[terms.Length];
        var bounds = new double[terms.Length];
        var buffer = ArrayPool<double>.Shared.Rent(WindowRows);
        try
        {
            for (var row = snapshot.FirstRow; row < snapshot.RowCount; row += Math.Min(WindowRows, snapshot.RowCount - row))
            {
                cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(WindowRows, snapshot.RowCount - row);
                foreach (ref var term in terms.AsSpan())
                    term.MoveTo(row + count);
                if (filtered is null || filtered.ContainsAny(row, count))
                    new Window(snapshot, query, terms, order, bounds, row, buffer.AsSpan(0, WindowRows), filtered, nearest).Run();
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(buffer);
        }
    }

    private readonly ref struct Window(
        NamespaceSnapshot snapshot,
        SparseVector query,
        QueryTerm[] terms,
        int[] order,
        double[] bounds,
        int firstRow,
        Span<double> scores,
        RowSet? filtered,
        TopK nearest)
    {
        private readonly Span<double> _scores = scores;

        public void Run()
        {
            var count = OrderByBound();
            if (count == 0 || bounds[count - 1] < nearest.Threshold)
                return;
            var rounding = Rounding(count);

            // The first of them, which add least, do not reach the threshold together.
            var lookedUp = 0;
            while (bounds[lookedUp] < nearest.Threshold)
                lookedUp++;
            _scores.Fill(Untouched);
            for (var i = lookedUp; i < count; i++)
                terms[order[i]].AddScores(firstRow, _scores);

            if (lookedUp > 0 && IsDearer(lookedUp, rounding))
            {
                for (var i = 0; i < lookedUp; i++)
                    terms[order[i]].AddScores(firstRow, _scores);
                lookedUp = 0;
            }

            for (var i = 0; i < _scores.Length; i += Step)
            {
                for (var rest = Promising(i, lookedUp, rounding); rest != 0; rest &= rest - 1)
                {
                    var at = i + BitOperations.TrailingZeroCount(rest);
                    Offer(firstRow + at, _scores[at], lookedUp, rounding);
                }
            }
        }

        /// <summary>Orders the terms of the window by what they can add, and sums that up from the least on.</summary>
        private int OrderByBound()
        {
            var count = 0;
            for (var i = 0; i < terms.Length; i++)
            {
                if (terms[i].IsInWindow)
                    (bounds[count], order[count++]) = (terms[i].Most, i);
            }

            Array.Sort(bounds, order, 0, count);
            var sum = 0d;
            for (var i = 0; i < count; i++)
                bounds[i] = (sum += bounds[i]) * RoundingSlack;
            return count;
        }

        /// <summary>How far a score summed here may lie from the row's own, which is summed in the order of the query.</summary>
        private double Rounding(int count)
        {
            var parts = 0d;
            for (var i = 0; i < count; i++)
                parts += terms[order[i]].Largest;
            return SparseScan.Rounding(parts, count);
        }

        /// <summary>Is it dearer to look the promising rows up in the first terms' lists than to add those up?</summary>
        private bool IsDearer(int lookedUp, double rounding)
        {
            var postings = 0L;
            for (var i = 0; i < lookedUp; i++)
                postings += terms[order[i]].CountInWindow;
            var promising = 0L;
            for (var i = 0; i < _scores.Length; i += Step)
                promising += BitOperations.PopCount(Promising(i, lookedUp, rounding));
            return promising * lookedUp * LookUpCost > postings;
        }

        /// <summary>A bit for each score of a step that was added to and reaches the threshold with all that is looked up.</summary>
        private uint Promising(int first, int lookedUp, double rounding)
        {
            var needed = nearest.Threshold - rounding - (lookedUp == 0 ? 0 : bounds[lookedUp - 1]);
            var step = Vector512.Create<double>(_scores.Slice(first, Step));
            var touched = ~Vector512.Equals(step.AsInt64(), Vector512.Create(Untouched).AsInt64());
            return (uint)(Vector512.GreaterThanOrEqual(step, Vector512.Create(needed)).AsInt64() & touched).ExtractMostSignificantBits();
        }

        private void Offer(int row, double score, int lookedUp, double rounding)
        {
            for (var i = lookedUp - 1; i >= 0; i--)
            {
                if (score + bounds[i] + rounding < nearest.Threshold)
                    return;
                score += terms[order[i]].ScoreOf(row);
            }

            if (!(score + rounding < nearest.Threshold) && (filtered is null || filtered.Contains(new RowId(row))) && snapshot.IsLive(row))
                nearest.Offer(row, snapshot.Generation.Sparse.Score(query, row));
        }
    }
}
