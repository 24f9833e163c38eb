namespace VectorServer.Storage.Ann.Ivf;

/// <summary>What one search needs; pooled, one search at a time.</summary>
internal sealed class IvfScratch
{
    private float[] _nears = [];
    private float[] _widths = [];
    private double[] _least = [];
    private int _leastCount;

    /// <summary>The query in the space of the lists.</summary>
    public float[] Point { get; private set; } = [];

    /// <summary>Its products with the lists' centres.</summary>
    public float[] Products { get; private set; } = [];

    public NearestPool NearestLists { get; } = new();

    /// <summary>Rows that may belong to the nearest, as they were seen.</summary>
    public List<(int Number, float Near, float Width)> Promising { get; } = [];

    /// <summary>The k-th highest of what rows seen are at least: a row that cannot reach it is none of the nearest.</summary>
    public double Threshold => _leastCount < _least.Length ? double.NegativeInfinity : _least[^1];

    public void Begin(Centroids centroids, int topK)
    {
        if (Point.Length != centroids.Dimension)
            Point = new float[centroids.Dimension];
        if (Products.Length != centroids.Count)
            Products = new float[centroids.Count];
        if (_least.Length != topK)
            _least = new double[topK];
        _leastCount = 0;
        Promising.Clear();
    }

    public Span<float> Nears(int count) => Room(ref _nears, count);

    public Span<float> Widths(int count) => Room(ref _widths, count);

    public void Add(int number, float near, float width)
    {
        Promising.Add((number, near, width));
        var least = (double)near - width;
        if (least <= Threshold)
            return;
        var place = _leastCount < _least.Length ? _leastCount++ : _least.Length - 1;
        var found = _least.AsSpan(0, place).BinarySearch(least, Comparer<double>.Create((left, right) => right.CompareTo(left)));
        var to = found < 0 ? ~found : found;
        _least.AsSpan(to, place - to).CopyTo(_least.AsSpan(to + 1));
        _least[to] = least;
    }

    private static Span<float> Room(ref float[] array, int count)
    {
        if (array.Length < count)
            array = new float[Math.Max(count, 2 * array.Length)];
        return array.AsSpan(0, count);
    }
}
