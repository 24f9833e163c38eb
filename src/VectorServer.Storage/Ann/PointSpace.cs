using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann;

/// <summary>
/// The space in which an index compares vectors: their places around the mean of all, in double precision until the mean is taken off. So
/// moving all vectors changes nothing, and digits go to what tells them apart. Under cosine a vector stands for its direction, and distance
/// is that of unit vectors. Immutable and thread-safe.
/// </summary>
internal sealed class PointSpace
{
    /// <summary>A component beyond this is taken for this: 20,000 of its squares fit a float, as do the products of all distances.</summary>
    public const float LargestComponent = 1e15f;

    private const int SampleRows = 16_384;
    private const double LiftedShare = 0.95; // longer rows are near to most queries, and their links must say so,
    private const double LiftedMedians = 1.5; // where they are much longer all the more

    private readonly double[] _mean;

    /// <param name="metric">How vectors are compared.</param>
    /// <param name="mean">What is taken off; owned from now on.</param>
    /// <param name="scale">What the rest is multiplied with: a power of two.</param>
    /// <param name="lifted">The length that points are lifted to, for <see cref="LiftOf"/>.</param>
    public PointSpace(Metric metric, double[] mean, double scale, double lifted = 0)
    {
        (Metric, _mean, Scale, Lifted) = (metric, mean, scale, lifted);
    }

    public Metric Metric { get; }

    public int Dimension => _mean.Length;

    public ReadOnlySpan<double> Mean => _mean;

    public double Scale { get; }

    /// <summary>The length that <see cref="LiftOf"/> gives to shorter points; 0 lifts none.</summary>
    public double Lifted { get; }

    /// <summary>Whether near means a small distance of points; else a large product.</summary>
    public bool IsDistance => Metric != Metric.DotProduct;

    /// <summary>Learns the mean, and the scale that brings points to a length of about 1, from rows spread over all.</summary>
    public static PointSpace Learn(Metric metric, int dimension, RowReader read, int rowCount)
    {
        var mean = new double[dimension];
        var squares = new double[dimension];
        var sampled = Math.Min(rowCount, SampleRows);
        var first = new double[dimension]; // sums are of what rows differ from the first: large offsets cost no digits
        for (var i = 0; i < sampled; i++)
        {
            var row = read((int)((long)i * rowCount / sampled));
            var factor = FactorOf(metric, row);
            for (var at = 0; at < dimension; at++)
            {
                var value = row[at] * factor;
                if (i == 0)
                    first[at] = value;
                var rest = value - first[at];
                mean[at] += rest;
                squares[at] += rest * rest;
            }
        }

        double spread = 0;
        for (var at = 0; at < dimension && sampled > 0; at++)
        {
            var rest = mean[at] / sampled;
            spread += Math.Max(0, squares[at] / sampled - rest * rest);
            mean[at] = first[at] + rest;
        }

        var length = Math.Sqrt(spread);
        var scale = metric == Metric.Cosine || !(length > 0) || !double.IsFinite(length) ? 1 : Math.ScaleB(1, -Math.ILogB(length));
        return new PointSpace(metric, mean, scale);
    }

    /// <summary>The same space with the length that points are lifted to learnt from rows spread over all.</summary>
    public PointSpace WithLift(RowReader read, int rowCount)
    {
        var point = new float[Dimension];
        var squares = new double[Math.Min(rowCount, SampleRows)];
        for (var i = 0; i < squares.Length; i++)
        {
            Load(read((int)((long)i * rowCount / squares.Length)), point);
            squares[i] = SquaresOf(point);
        }

        Array.Sort(squares);
        var lifted = squares.Length == 0
            ? 0
            : Math.Min(Math.Sqrt(squares[(int)(LiftedShare * (squares.Length - 1))]), LiftedMedians * Math.Sqrt(squares[squares.Length / 2]));
        return new PointSpace(Metric, _mean, Scale, lifted);
    }

    /// <summary>
    /// A coordinate more for a point whose nearness is a product; 0 where it is a distance. With it most points are of one length, so that
    /// products among them order as distances do: no point is nearer to another than that is to itself. The few that are longer keep their
    /// length, and are near to many.
    /// </summary>
    /// <remarks>
    /// After Bachrach et al., Speeding up the Xbox recommender system using a Euclidean transformation for inner-product spaces (2014).
    /// </remarks>
    public float LiftOf(ReadOnlySpan<float> point) => IsDistance ? 0 : (float)Math.Sqrt(Math.Max(0, Lifted * Lifted - SquaresOf(point)));

    /// <summary>Turns a row into a point.</summary>
    public void Load(ReadOnlySpan<float> vector, Span<float> point)
    {
        var factor = FactorOf(Metric, vector);
        for (var i = 0; i < point.Length; i++)
            point[i] = (float)Math.Clamp((vector[i] * factor - _mean[i]) * Scale, -LargestComponent, LargestComponent);
    }

    /// <summary>Turns a query into a point: as a row, but for the dot product into its direction, from which no mean is taken.</summary>
    /// <returns>How ranks of points become ranks of the metric.</returns>
    public PointRank LoadQuery(ReadOnlySpan<float> vector, Span<float> point)
    {
        if (IsDistance)
        {
            Load(vector, point);
            return Metric == Metric.Cosine ? new PointRank(0.5, 1) : new PointRank(1 / (Scale * Scale), 0);
        }

        double squares = 0, mean = 0;
        for (var i = 0; i < vector.Length; i++)
        {
            squares += (double)vector[i] * vector[i];
            mean += vector[i] * _mean[i];
        }

        var length = Math.Sqrt(squares);
        for (var i = 0; i < point.Length; i++)
            point[i] = length > 0 ? (float)(vector[i] / length) : 0;
        return new PointRank(length / Scale, mean);
    }

    private static double FactorOf(Metric metric, ReadOnlySpan<float> vector)
    {
        if (metric != Metric.Cosine)
            return 1;
        var squares = SquaresOf(vector);
        return squares > 0 ? 1 / Math.Sqrt(squares) : 0;
    }

    private static double SquaresOf(ReadOnlySpan<float> vector)
    {
        double squares = 0;
        foreach (var value in vector)
            squares += (double)value * value;
        return squares;
    }
}

/// <summary>
/// Turns how near points are, the negative of their squared distance or their product, into a rank of the metric: <c>Factor * near + Offset</c>.
/// </summary>
internal readonly record struct PointRank(double Factor, double Offset)
{
    public double Of(double near) => Factor * near + Offset;
}
