namespace VectorServer.DataKinds;

/// <summary>Embeddings of real texts, with real questions as queries.</summary>
public static class RealData
{
    /// <param name="directory">Holds <c>vectors.npy</c> and <c>queries.npy</c>.</param>
    /// <param name="metric">How they are compared.</param>
    /// <param name="rows">How many of the rows are taken; null takes all.</param>
    public static DataSet Read(string directory, DataMetric metric, int? rows = null)
    {
        var (vectors, count, dimension) = NpyFile.ReadFloats(Path.Combine(directory, "vectors.npy"));
        var (queries, _, _) = NpyFile.ReadFloats(Path.Combine(directory, "queries.npy"));
        return DataSet.Of("real", metric, dimension, vectors[..(Math.Min(count, rows ?? count) * dimension)], queries);
    }
}
