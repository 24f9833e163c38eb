namespace VectorServer.Storage.Ann.Ivf;

/// <summary>What one search needs; pooled, one search at a time.</summary>
internal sealed class IvfScratch
{
    private float[] _ranks = [];

    /// <summary>The query in the space of the lists.</summary>
    public float[] Point { get; private set; } = [];

    /// <summary>Its products with the lists' centres.</summary>
    public float[] Products { get; private set; } = [];

    public NearestPool NearestLists { get; } = new();

    /// <summary>The nearest rows seen so far.</summary>
    public NearestPool Nearest { get; } = new();

    public void Begin(Centroids centroids, int count)
    {
        if (Point.Length != centroids.Dimension)
            Point = new float[centroids.Dimension];
        if (Products.Length != centroids.Count)
            Products = new float[centroids.Count];
        Nearest.Reset(count);
    }

    public Span<float> Ranks(int count)
    {
        if (_ranks.Length < count)
            _ranks = new float[Math.Max(count, 2 * _ranks.Length)];
        return _ranks.AsSpan(0, count);
    }
}
