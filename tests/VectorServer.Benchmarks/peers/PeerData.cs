using VectorServer.Storage;
using VectorServer.Storage.Scoring;

namespace VectorServer.Benchmarks.Peers;

/// <summary>The vectors, queries and exact answers that all engines get, of unit length; as files too.</summary>
internal sealed class PeerData : IDisposable
{
    public const int TopK = 10;
    private const int QueriesMax = 500; // the slowest scan a dozen a second

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("vectorserver-peers-");
    private readonly int[][] _truth;

    /// <param name="source">Holds vectors.npy, queries.npy and cosine_top100.npy.</param>
    /// <param name="rowsMax">Takes only the first rows and finds the exact answers among them itself; null for all.</param>
    public PeerData(string source, int? rowsMax)
    {
        (Vectors, RowCount, Dimension) = NpyFile.ReadFloats(Path.Combine(source, "vectors.npy"));
        (Queries, QueryCount, _) = NpyFile.ReadFloats(Path.Combine(source, "queries.npy"));
        QueryCount = Math.Min(QueryCount, QueriesMax);
        Queries = Queries[..(QueryCount * Dimension)];
        var isWhole = rowsMax is null || rowsMax >= RowCount;
        if (!isWhole)
        {
            RowCount = rowsMax!.Value;
            Vectors = Vectors[..(RowCount * Dimension)];
        }

        Normalise(Vectors);
        Normalise(Queries);
        _truth = isWhole ? ReadTruth(source) : FindTruth();
        NpyFile.WriteFloats(Path.Combine(Files, "vectors.npy"), Vectors, Dimension);
        NpyFile.WriteFloats(Path.Combine(Files, "queries.npy"), Queries, Dimension);
    }

    public float[] Vectors { get; }

    public float[] Queries { get; }

    public int RowCount { get; }

    public int QueryCount { get; }

    public int Dimension { get; }

    /// <summary>Where vectors.npy and queries.npy are, as float32.</summary>
    public string Files => _directory.FullName;

    public ReadOnlyMemory<float> Vector(int row) => Vectors.AsMemory(row * Dimension, Dimension);

    public ReadOnlyMemory<float> Query(int i) => Queries.AsMemory(i * Dimension, Dimension);

    /// <summary>The share of the true ten nearest that were found.</summary>
    public double RecallOf(int[][] answers) =>
        answers.Zip(_truth, (found, truth) => truth.Count(found.Contains)).Sum() / (double)(answers.Length * TopK);

    public void Dispose() => _directory.Delete(recursive: true);

    private void Normalise(float[] rows)
    {
        for (var row = rows.AsSpan(); !row.IsEmpty; row = row[Dimension..])
        {
            var norm = ExactScorer.Norm(row[..Dimension]);
            foreach (ref var value in row[..Dimension])
                value /= norm;
        }
    }

    private int[][] ReadTruth(string source)
    {
        var (truth, _, columns) = NpyFile.ReadIntegers(Path.Combine(source, "cosine_top100.npy"));
        return [.. Enumerable.Range(0, QueryCount).Select(i => truth.AsSpan(i * columns, TopK).ToArray())];
    }

    private int[][] FindTruth()
    {
        var truth = new int[QueryCount][];
        Parallel.For(0, QueryCount, i =>
        {
            var scores = new float[RowCount];
            ExactScorer.Rows(Metric.DotProduct, Vectors, Query(i).Span, 1, scores);
            var rows = Enumerable.Range(0, RowCount).ToArray();
            Array.Sort(scores, rows);
            truth[i] = rows[^TopK..];
        });
        return truth;
    }
}
