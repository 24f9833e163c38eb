using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Codecs;

/// <summary>
/// Where rows are coded: without the index's mean, in a unit of length of the index's own. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// A row x becomes <c>r = (x - m) / unit</c>, for cosine with x scaled to length 1. Mean and scale are taken off in double, before anything
/// is float32: what all rows share costs no digits, and lengths far from 1 neither overflow nor vanish. Ranks in this space are
/// <c>-|q - x|^2</c> between r and the query without the mean, and for dot product <c>q.r</c> with a query of length 1.
/// </remarks>
internal sealed class RowSpace
{
    private const int SampleRowsMax = 4096;
    private const int SampleFloatsMax = 4 << 20;

    // A residual this long, in units, has a square that float32 sums cannot hold to the end.
    private const double LengthMax = 1e15;

    private readonly double[] _mean;

    private RowSpace(Metric metric, double[] mean, double unit) => (Metric, _mean, Unit) = (metric, mean, unit);

    public Metric Metric { get; }

    public int Dimension => _mean.Length;

    /// <summary>The length that is 1 here; positive and finite.</summary>
    public double Unit { get; }

    /// <summary>Bytes of <see cref="Write"/>.</summary>
    public int SerializedBytes => sizeof(double) * (1 + Dimension);

    /// <summary>Learns mean and unit from rows spread evenly over those given; without any the mean is zero and the unit 1.</summary>
    public static RowSpace Train(Metric metric, int dimension, RowReader read, int rowCount)
    {
        var mean = new double[dimension];
        var sums = new double[dimension];
        var scaled = new double[dimension];
        var count = Math.Min(rowCount, Math.Min(SampleRowsMax, Math.Max(1, SampleFloatsMax / dimension)));
        for (var i = 0; i < count; i++)
        {
            Scale(metric, read((int)((long)i * rowCount / count)), scaled);
            if (i == 0)
                scaled.CopyTo(mean, 0); // components that are the same everywhere keep their digits so
            for (var at = 0; at < dimension; at++)
                sums[at] += scaled[at] - mean[at];
        }

        double largest = 0, meanSquares = 0;
        for (var at = 0; at < dimension && count > 0; at++)
        {
            mean[at] += sums[at] / count;
            meanSquares += mean[at] * mean[at];
        }

        for (var i = 0; i < count; i++)
        {
            Scale(metric, read((int)((long)i * rowCount / count)), scaled);
            double squares = 0;
            for (var at = 0; at < dimension; at++)
                squares += (scaled[at] - mean[at]) * (scaled[at] - mean[at]);
            largest = Math.Max(largest, Math.Sqrt(squares));
        }

        // Equal rows say nothing of how far from them others will be; a power of two, so that dividing by it rounds nothing.
        if (largest == 0)
            largest = Math.Sqrt(meanSquares);
        var unit = largest > 0 && double.IsFinite(largest) ? Math.ScaleB(1, Math.ILogB(largest)) : 1;
        return new RowSpace(metric, mean, unit);
    }

    /// <summary>Takes the mean off a row.</summary>
    /// <param name="row">Finite values, <c>[Dimension]</c>.</param>
    /// <param name="rest">Out: <c>[Dimension]</c>.</param>
    /// <returns>False where the rest is too long for float32 to say how far the row is: such a row has no code.</returns>
    public bool TryLoad(ReadOnlySpan<float> row, Span<float> rest)
    {
        var scale = Metric == Metric.Cosine ? InverseLength(row) : 1;
        var inverse = 1 / Unit;
        var largest = 0f;
        var i = 0;
        if (Avx512F.IsSupported && rest.Length == Dimension && row.Length == Dimension)
        {
            var most = Vector256<float>.Zero;
            for (; i + 8 <= rest.Length; i += 8)
            {
                var values = Avx512F.ConvertToVector512Double(Vector256.Create(row.Slice(i, 8)));
                var narrow = Avx512F.ConvertToVector256Single((values * scale - Vector512.Create(_mean.AsSpan(i, 8))) * inverse);
                narrow.CopyTo(rest[i..]);
                most = Vector256.Max(most, Vector256.Abs(narrow));
            }

            for (var lane = 0; lane < 8; lane++)
                largest = Math.Max(largest, most[lane]);
        }

        for (; i < rest.Length; i++)
        {
            rest[i] = (float)((row[i] * scale - _mean[i]) * inverse);
            largest = Math.Max(largest, Math.Abs(rest[i]));
        }

        return scale > 0 && largest * Math.Sqrt(Dimension) < LengthMax;
    }

    /// <summary>Brings a query into the space.</summary>
    /// <param name="query">Finite values, <c>[Dimension]</c>.</param>
    /// <param name="rest">Out: <c>[Dimension]</c>; for dot product the query scaled to length 1, else the query without the mean.</param>
    /// <param name="scale">Out: turns ranks of the space into those of the metric.</param>
    /// <returns>False for a query that has no place here, as a zero vector under cosine has none.</returns>
    public bool TryLoadQuery(ReadOnlySpan<float> query, Span<float> rest, out RankScale scale)
    {
        scale = default;
        if (Metric != Metric.DotProduct)
        {
            var square = Unit * Unit;
            scale = Metric == Metric.Cosine ? new RankScale(1, square / 2) : new RankScale(0, square);
            return TryLoad(query, rest) && double.IsNormal(square);
        }

        double squares = 0, mean = 0;
        for (var i = 0; i < query.Length; i++)
        {
            squares += (double)query[i] * query[i];
            mean += _mean[i] * query[i];
        }

        var length = Math.Sqrt(squares);
        for (var i = 0; i < rest.Length; i++)
            rest[i] = (float)(query[i] / length);
        scale = new RankScale(mean, length * Unit);
        return double.IsNormal(scale.Factor) && double.IsFinite(mean);
    }

    /// <summary>Little-endian: unit, then the mean (float64).</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, Unit);
        for (var i = 0; i < _mean.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(bytes[((i + 1) * sizeof(double))..], _mean[i]);
    }

    /// <param name="metric">The index's.</param>
    /// <param name="dimension">The index's.</param>
    /// <param name="bytes">From <see cref="Write"/>; taken off.</param>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: there are too few of them, or they make no space.</exception>
    public static RowSpace Read(Metric metric, int dimension, ref ReadOnlySpan<byte> bytes)
    {
        if (dimension < 1 || !Enum.IsDefined(metric) || bytes.Length < sizeof(double) * (1L + dimension))
            throw CodecFormat.Corrupt($"metric {(int)metric} and dimension {dimension} make no code");
        var unit = BinaryPrimitives.ReadDoubleLittleEndian(bytes);
        if (!double.IsNormal(unit) || unit <= 0)
            throw CodecFormat.Corrupt($"its unit is {unit}");
        var mean = new double[dimension];
        for (var i = 0; i < mean.Length; i++)
            mean[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes[((i + 1) * sizeof(double))..]);
        bytes = bytes[(sizeof(double) * (1 + dimension))..];
        return new RowSpace(metric, mean, unit);
    }

    private static void Scale(Metric metric, ReadOnlySpan<float> row, Span<double> scaled)
    {
        var scale = metric == Metric.Cosine ? InverseLength(row) : 1;
        for (var i = 0; i < scaled.Length; i++)
            scaled[i] = row[i] * scale;
    }

    /// <summary>0 for a zero vector.</summary>
    private static double InverseLength(ReadOnlySpan<float> vector)
    {
        var squares = Direction.Square(vector);
        return squares > 0 ? 1 / Math.Sqrt(squares) : 0;
    }
}

/// <summary>How a rank in a <see cref="RowSpace"/> becomes one of the metric (higher is nearer): <c>Offset + Factor * rank</c>.</summary>
/// <param name="Offset">What the query and the mean give every row.</param>
/// <param name="Factor">Positive.</param>
internal readonly record struct RankScale(double Offset, double Factor)
{
    public double ToMetric(double rank) => Offset + Factor * rank;

    public double FromMetric(double rank) => (rank - Offset) / Factor;
}
