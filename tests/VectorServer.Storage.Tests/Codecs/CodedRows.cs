using VectorServer.DataKinds;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Tests.Codecs;

/// <summary>Rows with their codes, outside of any namespace.</summary>
internal sealed class CodedRows : IDisposable
{
    private readonly float[] _values;
    private readonly int _dimension;

    /// <param name="compression">The code.</param>
    /// <param name="metric">How rows are compared.</param>
    /// <param name="dimension">Components of a row.</param>
    /// <param name="values">Row-major.</param>
    /// <param name="learntFrom">Rows that the code is calibrated on; all by default.</param>
    public CodedRows(Compression compression, Metric metric, int dimension, float[] values, int? learntFrom = null)
    {
        (_values, _dimension) = (values, dimension);
        Codes = Codec.Train(compression, metric, dimension, Row, learntFrom ?? Count).CreateCodes();
    }

    public static CodedRows Of(Compression compression, DataSet data, int? learntFrom = null)
    {
        var rows = new CodedRows(compression, (Metric)data.Kind.Metric, data.Dimension, data.Values, learntFrom);
        rows.Codes.EncodeUpTo(rows.Row, rows.Count);
        return rows;
    }

    public RowCodes Codes { get; }

    public Metric Metric => Codes.Codec.Metric;

    public int Count => _values.Length / _dimension;

    public ReadOnlySpan<float> Row(int row) => _values.AsSpan(row * _dimension, _dimension);

    /// <summary>The exact rank of a row: higher is nearer.</summary>
    public double Rank(int row, ReadOnlySpan<float> query) => Metric.ToRank(ExactScorer.Exact(Metric, Row(row), query));

    /// <summary>The ranks of all rows from the nearest on.</summary>
    public double[] Ranks(float[] query) => [.. Enumerable.Range(0, Count).Select(row => Rank(row, query)).OrderDescending()];

    public void Dispose() => Codes.Dispose();
}
