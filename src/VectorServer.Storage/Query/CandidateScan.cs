using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Query;

/// <summary>Scans a snapshot's rows and offers the live, matching ones. Cost: one pass over the raw vectors.</summary>
internal static class CandidateScan
{
    private const int RowsPerStep = 512; // scores of a step stay in the first-level cache
    private const int RowsPerExactStep = 2048; // rows may be so short that a step of the codes is soon done
    private const int RowsPerWord = 64; // of a filter's bitmap

    /// <summary>
    /// Offers the raw vectors from a row on, all of them or only those of a filter's rows, with exact ranks: of those that may be among the
    /// nearest as far as float32 can tell.
    /// </summary>
    public static void Exact(
        Metric metric,
        NamespaceSnapshot snapshot,
        ReadOnlySpan<float> query,
        RowSet? filtered,
        TopK nearest,
        CancellationToken cancellation,
        int firstRow = 0)
    {
        var vectors = snapshot.Generation.Vectors;
        var norm = ExactScorer.Norm(query);
        var exact = new ExactRank(metric, snapshot, query);
        if (filtered is not null)
        {
            Span<float> one = stackalloc float[1];
            foreach (var row in filtered)
            {
                if (row.Value < firstRow || !snapshot.IsLive(row.Value))
                    continue;
                ExactScorer.Reach(metric, vectors.Row(row.Value), query, norm, one);
                if (!(one[0] < nearest.Threshold))
                    nearest.Offer(row.Value, exact.Of(row.Value));
            }

            return;
        }

        Span<float> reaches = stackalloc float[RowsPerExactStep];
        for (var row = Math.Max(firstRow, snapshot.FirstRow); row < snapshot.RowCount;)
        {
            cancellation.ThrowIfCancellationRequested();
            var chunkEnd = (row | (vectors.RowsPerChunk - 1)) + 1L;
            var step = reaches[..(int)Math.Min(RowsPerExactStep, Math.Min(chunkEnd, snapshot.RowCount) - row)];
            ExactScorer.Reach(metric, vectors.Rows(row, step.Length), query, norm, step);
            OfferExactly(snapshot, row, row, step, [], exact, nearest);
            row += step.Length;
        }
    }

    /// <summary>
    /// Offers the rows that are live, not below <paramref name="firstRow"/> and, where there are <paramref name="words"/>, whose bits are set in
    /// them, with the exact rank of each whose <paramref name="reaches"/>, which no exact rank is above, is near enough.
    /// </summary>
    public static void OfferExactly(
        NamespaceSnapshot snapshot,
        int firstRow,
        int scoredRow,
        ReadOnlySpan<float> reaches,
        ReadOnlySpan<ulong> words,
        ExactRank exact,
        TopK nearest)
    {
        for (var start = 0; start < reaches.Length; start += RowsPerWord)
        {
            var rest = NotBelow(reaches[start..Math.Min(start + RowsPerWord, reaches.Length)], nearest.Threshold);
            if (!words.IsEmpty)
                rest &= words[start >> 6];
            for (; rest != 0; rest &= rest - 1)
            {
                var i = start + BitOperations.TrailingZeroCount(rest);
                var row = scoredRow + i;
                if (row >= firstRow && !(reaches[i] < nearest.Threshold) && snapshot.IsLive(row))
                    nearest.Offer(row, exact.Of(row));
            }
        }
    }

    /// <summary>A bit for each of up to 64 scores that is not below the threshold; a NaN is not, as little as any other score is below NaN.</summary>
    private static ulong NotBelow(ReadOnlySpan<float> scores, double rank)
    {
        var below = 0UL;
        var i = 0;
        var threshold = NotAbove(rank);
        ref var score = ref MemoryMarshal.GetReference(scores);
        if (Vector512.IsHardwareAccelerated)
        {
            var thresholds = Vector512.Create(threshold);
            for (; scores.Length - i >= Vector512<float>.Count; i += Vector512<float>.Count)
                below |= Vector512.LessThan(Vector512.LoadUnsafe(ref score, (nuint)i), thresholds).ExtractMostSignificantBits() << i;
        }
        else
        {
            var thresholds = Vector256.Create(threshold);
            for (; scores.Length - i >= Vector256<float>.Count; i += Vector256<float>.Count)
                below |= (ulong)Vector256.LessThan(Vector256.LoadUnsafe(ref score, (nuint)i), thresholds).ExtractMostSignificantBits() << i;
        }

        for (; i < scores.Length; i++)
            below |= scores[i] < threshold ? 1UL << i : 0;
        return ~below & (ulong.MaxValue >> (RowsPerWord - scores.Length));
    }

    /// <summary>The highest float32 that is not above a rank: what is below it is below the rank too.</summary>
    private static float NotAbove(double rank)
    {
        var rounded = (float)rank;
        return rounded > rank ? float.BitDecrement(rounded) : rounded;
    }
}
