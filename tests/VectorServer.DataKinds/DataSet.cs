namespace VectorServer.DataKinds;

/// <summary>Rows of a kind, and queries about them. The same for the same seed.</summary>
public sealed class DataSet
{
    // The engine refuses a vector whose components are all smaller.
    private const float NonZeroMin = 1e-8f;
    private const double NearShare = 0.05; // of the spread: how far a near query is from its row
    private const double FarTimes = 30; // the spread: how far a far query is from all rows
    private const int SampledRows = 1000;

    private readonly Draw _draw;
    private readonly Action<int, Span<float>> _alike;
    private readonly double[] _mean;
    private readonly double _spread;

    private DataSet(DataKind kind, int count, float[] values, Draw draw, Action<int, Span<float>> alike)
    {
        (Kind, Count, Values, _draw, _alike) = (kind, count, values, draw, alike);
        (_mean, _spread) = Measure();
    }

    public DataKind Kind { get; }

    /// <summary>How many rows there are.</summary>
    public int Count { get; }

    /// <summary>Row-major, <c>[Count x Dimension]</c>.</summary>
    public float[] Values { get; }

    public int Dimension => Kind.Dimension;

    public static DataSet Create(DataKind kind, int rows, ulong seed = 1)
    {
        var draw = Draw.For(seed, kind.Name);
        var fill = kind.Rows(draw, rows, kind.Dimension);
        var values = new float[(long)rows * kind.Dimension];
        for (var row = 0; row < rows; row++)
            Fill(fill, row, values.AsSpan(row * kind.Dimension, kind.Dimension));
        return new DataSet(kind, rows, values, draw, (_, query) => Fill(fill, draw.Below(rows), query));
    }

    /// <summary>Real data: rows and queries that came with them.</summary>
    public static DataSet Of(string shape, DataMetric metric, int dimension, float[] rows, float[] queries, ulong seed = 1)
    {
        var kind = new DataKind(shape, metric, dimension, (_, _, _) => throw new NotSupportedException("Real rows are not drawn."));
        var count = queries.Length / dimension;
        return new DataSet(
            kind, rows.Length / dimension, rows, Draw.For(seed, shape), (i, query) => queries.AsSpan(i % count * dimension, dimension).CopyTo(query));
    }

    public ReadOnlyMemory<float> Row(int row) => Values.AsMemory(row * Dimension, Dimension);

    /// <summary>Draws another row like row <paramref name="row"/>, for an update; real data give one near it.</summary>
    public float[] Redraw(int row)
    {
        var values = new float[Dimension];
        if (Kind.Shape.StartsWith("real", StringComparison.Ordinal))
            return Query(QueryKind.Near, row);
        _alike(row, values);
        return values;
    }

    public float[][] Queries(QueryKind kind, int count) => [.. Enumerable.Range(0, count).Select(i => Query(kind, i))];

    private float[] Query(QueryKind kind, int number)
    {
        var query = new float[Dimension];
        switch (kind)
        {
            case QueryKind.Alike:
                _alike(number, query);
                break;
            case QueryKind.Stored:
                Row(_draw.Below(Count)).Span.CopyTo(query);
                break;
            case QueryKind.Near:
                Row(_draw.Below(Count)).Span.CopyTo(query);
                foreach (ref var value in query.AsSpan())
                    value = (float)(value + (NearShare * _spread * _draw.Normal()));
                break;
            case QueryKind.Far:
                for (var i = 0; i < query.Length; i++)
                    query[i] = (float)(_mean[i] + (FarTimes * _spread * _draw.Normal()));
                break;
            default:
                for (var i = 0; i < query.Length; i++)
                    query[i] = (float)_mean[i];
                break;
        }

        return query;
    }

    private static void Fill(RowFiller fill, int row, Span<float> values)
    {
        values.Clear();
        fill(row, values);
        foreach (var value in values)
        {
            if (MathF.Abs(value) >= NonZeroMin)
                return;
        }

        values[row % values.Length] = 1;
    }

    /// <summary>The mean row, and the deviation of a component from it.</summary>
    private (double[] Mean, double Spread) Measure()
    {
        var mean = new double[Dimension];
        var step = Math.Max(1, Count / SampledRows);
        var sampled = ((Count - 1) / step) + 1;
        for (var row = 0; row < Count; row += step)
        {
            var values = Row(row).Span;
            for (var i = 0; i < mean.Length; i++)
                mean[i] += values[i] / (double)sampled;
        }

        double squares = 0;
        for (var row = 0; row < Count; row += step)
        {
            var values = Row(row).Span;
            for (var i = 0; i < mean.Length; i++)
                squares += (values[i] - mean[i]) * (values[i] - mean[i]);
        }

        var spread = Math.Sqrt(squares / sampled / Dimension);
        return (mean, spread > 0 ? spread : 1);
    }
}
