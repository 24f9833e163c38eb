namespace VectorServer.DataKinds;

/// <summary>The definition of right: scores in double by a plain loop, and whether an answer is as near as the true one.</summary>
public static class Truth
{
    // A score is rounded to float32 once where it is given back. Rows whose scores differ by less than a few such roundings are as near as each other.
    private const double Ulp = 1.0 / (1 << 23);
    private const double TieUlps = 4;
    private const double DoubleSlack = 1e-13; // of the sum of absolute terms, which cancel in a product

    /// <summary>The score as the wire defines it: cosine (0 for a zero vector), inner product, or squared distance.</summary>
    public static double Score(DataMetric metric, ReadOnlySpan<float> row, ReadOnlySpan<float> query)
    {
        query = query[..row.Length];
        if (metric == DataMetric.Euclidean)
        {
            double distance = 0;
            for (var i = 0; i < row.Length; i++)
            {
                var difference = (double)row[i] - query[i];
                distance += difference * difference;
            }

            return distance;
        }

        double dot = 0, rowSquares = 0, querySquares = 0;
        for (var i = 0; i < row.Length; i++)
        {
            dot += (double)row[i] * query[i];
            rowSquares += (double)row[i] * row[i];
            querySquares += (double)query[i] * query[i];
        }

        if (metric == DataMetric.DotProduct)
            return dot;
        return rowSquares == 0 || querySquares == 0 ? 0 : Math.Clamp(dot / (Math.Sqrt(rowSquares) * Math.Sqrt(querySquares)), -1, 1);
    }

    /// <summary>Higher is nearer, whatever the metric.</summary>
    public static double Rank(DataMetric metric, double score) => metric == DataMetric.Euclidean ? -score : score;

    /// <summary>What two scores of a query may differ by and still be a tie.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="score">One of the scores.</param>
    /// <param name="lengths">The product of the query's length and the row's; for an inner product.</param>
    public static double Tolerance(DataMetric metric, double score, double lengths) => (TieUlps * Ulp * Math.Abs(score)) + metric switch
    {
        DataMetric.Cosine => DoubleSlack,
        DataMetric.DotProduct => DoubleSlack * lengths,
        _ => 0,
    };

    public static double Length(ReadOnlySpan<float> vector)
    {
        double squares = 0;
        foreach (var value in vector)
            squares += (double)value * value;
        return Math.Sqrt(squares);
    }

    /// <summary>The score of the k-th nearest row, or of the farthest where there are fewer rows.</summary>
    public static double[] NearestScores(DataSet data, ReadOnlyMemory<float> query, int k)
    {
        var ranks = new double[data.Count];
        Parallel.For(0, (data.Count / RowsPerPart) + 1, part =>
        {
            for (var row = part * RowsPerPart; row < Math.Min(data.Count, (part + 1) * RowsPerPart); row++)
                ranks[row] = Rank(data.Kind.Metric, Score(data.Kind.Metric, data.Row(row).Span, query.Span));
        });
        var nearest = new PriorityQueue<double, double>();
        foreach (var rank in ranks)
        {
            if (nearest.Count < k)
                nearest.Enqueue(rank, rank);
            else if (rank > nearest.Peek())
                nearest.EnqueueDequeue(rank, rank);
        }

        var scores = new double[nearest.Count];
        for (var i = scores.Length - 1; i >= 0; i--)
            scores[i] = Rank(data.Kind.Metric, nearest.Dequeue()); // its own inverse
        return scores;
    }

    private const int RowsPerPart = 4096;
}
