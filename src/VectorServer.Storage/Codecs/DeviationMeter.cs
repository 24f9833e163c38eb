using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Codecs;

/// <summary>
/// Measures how far the estimates of a code are off where no random rotation tells: on rows of the calibration, each of some asking for
/// all others. What is known of rows to come is that much, so a margin is added.
/// </summary>
internal static class DeviationMeter
{
    private const int QueriesMax = 64;
    private const int RowsMax = 1024;
    private const int NearestCount = 10; // told apart: what is near may be off by more than what is far
    private const double Margin = 1.25;

    /// <summary>The codec with the deviation that its sample shows; as it is, trusted only as far as lengths go, without one.</summary>
    public static BlockCodec Calibrate(BlockCodec codec, float[] sample)
    {
        var dimension = codec.Dimension;
        var available = sample.Length / dimension;
        var count = Math.Min(available, RowsMax);
        if (count < 4 * NearestCount)
            return codec;
        var rows = new float[count * dimension];
        for (var i = 0; i < count; i++)
            sample.AsSpan((int)((long)i * available / count) * dimension, dimension).CopyTo(rows.AsSpan(i * dimension));
        var blocks = new byte[BlockCodec.BlockCount(count) * codec.BlockBytes];
        for (var i = 0; i < count; i++)
            codec.Encode(rows.AsSpan(i * dimension, dimension), blocks.AsSpan(i / Codec.RowsPerBlock * codec.BlockBytes, codec.BlockBytes), i % Codec.RowsPerBlock);

        double all = 0, near = 0;
        int allCount = 0, nearCount = 0;
        var estimates = new float[count];
        for (var query = 0; query < Math.Min(QueriesMax, count); query++)
        {
            var vector = rows.AsSpan((int)((long)query * count / Math.Min(QueriesMax, count)) * dimension, dimension);
            if (codec.Prepare(vector) is not { } prepared)
                continue;
            codec.Score(prepared, blocks, estimates);
            var squares = Shares(codec, prepared.Shape, vector, rows, blocks, estimates);
            squares.Sort((left, right) => right.Rank.CompareTo(left.Rank));
            for (var i = 0; i < squares.Count; i++)
            {
                all += squares[i].Share;
                allCount++;
                if (i < NearestCount)
                    (near, nearCount) = (near + squares[i].Share, nearCount + 1);
            }
        }

        if (allCount < 4 * NearestCount)
            return codec; // codes that lose nothing of these rows may lose something of others

        var floor = 1 / Math.Sqrt(Math.Max(1, dimension - 1));
        var measured = Math.Sqrt(Math.Max(all / Math.Max(1, allCount), near / Math.Max(1, nearCount)));
        return codec.WithDeviation((float)Math.Min(1, Math.Max(floor, Margin * measured)));
    }

    /// <summary>For each row its rank and the square of its estimate's error as a share of the greatest that there can be.</summary>
    private static List<(double Rank, double Share)> Shares(
        BlockCodec codec, QueryShape shape, ReadOnlySpan<float> query, float[] rows, byte[] blocks, float[] estimates)
    {
        var shares = new List<(double, double)>(estimates.Length);
        for (var i = 0; i < estimates.Length; i++)
        {
            var block = blocks.AsSpan(i / Codec.RowsPerBlock * codec.BlockBytes, codec.BlockBytes);
            var error = codec.Side.ErrorOf(block, i % Codec.RowsPerBlock);
            var exact = ExactScorer.Exact(codec.Metric, rows.AsSpan(i * codec.Dimension, codec.Dimension), query);
            var rank = shape.Scale.FromMetric(codec.Metric.ToRank(exact));
            var reach = shape.IsDistance ? 2 * Math.Min(Math.Sqrt(Math.Max(0, -rank)), shape.Length) : shape.Length;
            var most = error * reach;
            if (!double.IsFinite(most) || most <= 1e-5 * shape.Length * shape.Length)
                continue; // a copy of the query, or a row that its code keeps whole
            var share = (estimates[i] - rank) / most;
            shares.Add((rank, Math.Min(1, share * share)));
        }

        return shares;
    }
}
