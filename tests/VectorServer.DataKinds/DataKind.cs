namespace VectorServer.DataKinds;

/// <summary>Draws a row of a kind: a fresh one each time, as the row with this number might be.</summary>
/// <param name="row">The row's number.</param>
/// <param name="values">Out: its components; they come in as zeros.</param>
public delegate void RowFiller(int row, Span<float> values);

/// <summary>Draws what all rows of a kind share (centres, spreads, ...) and gives back what draws the rows.</summary>
/// <param name="draw">Random numbers.</param>
/// <param name="rows">How many rows there will be.</param>
/// <param name="dimension">Components of a row.</param>
public delegate RowFiller RowShape(Draw draw, int rows, int dimension);

/// <summary>A kind of data: a shape, the metric it is compared by, and how many components it has.</summary>
/// <param name="Shape">The name of the shape.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Dimension">Components of a row.</param>
/// <param name="Rows">Draws the rows.</param>
public sealed record DataKind(string Shape, DataMetric Metric, int Dimension, RowShape Rows)
{
    /// <summary>Unique in <see cref="AllKinds"/>.</summary>
    public string Name => $"{Shape}/{MetricName}/{Dimension}";

    public string MetricName => Metric switch
    {
        DataMetric.Cosine => "cosine",
        DataMetric.DotProduct => "dotproduct",
        _ => "euclidean",
    };

    /// <summary>All components are small whole numbers: products and distances are exact in any order of summation, so equal ones are ties.</summary>
    public bool IsWhole { get; init; }

    public override string ToString() => Name;
}
