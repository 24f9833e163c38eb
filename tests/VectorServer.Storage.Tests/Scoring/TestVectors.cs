namespace VectorServer.Storage.Tests.Scoring;

/// <summary>Seeded vectors for tests.</summary>
internal static class TestVectors
{
    public static float[] Gaussian(Random random, int count)
    {
        var values = new float[count];
        foreach (ref var value in values.AsSpan())
            value = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

        return values;
    }

    /// <summary>Rows around random centres, row-major, as far from them as <paramref name="spread"/> of the centres' own size.</summary>
    public static float[] Clustered(Random random, int rows, float[][] centers, double spread)
    {
        var dimension = centers[0].Length;
        var values = Gaussian(random, rows * dimension);
        for (var row = 0; row < rows; row++)
        {
            var center = centers[random.Next(centers.Length)];
            for (var i = 0; i < dimension; i++)
                values[row * dimension + i] = center[i] + (float)spread * values[row * dimension + i];
        }

        return values;
    }
}
