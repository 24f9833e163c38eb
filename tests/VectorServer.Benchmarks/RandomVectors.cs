namespace VectorServer.Benchmarks;

/// <summary>Random directions: right for speed, the worst case for recall.</summary>
internal static class RandomVectors
{
    /// <summary>Fills rows with unit vectors.</summary>
    public static void Fill(Random random, Span<float> rows, int dimension)
    {
        for (var row = rows; !row.IsEmpty; row = row[dimension..])
        {
            double squares = 0;
            for (var i = 0; i < dimension; i++)
            {
                row[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
                squares += row[i] * row[i];
            }

            for (var i = 0; i < dimension; i++)
                row[i] /= (float)Math.Sqrt(squares);
        }
    }
}
