using System.Runtime.CompilerServices;
using VectorServer.Storage.Memory;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann.Hnsw;

/// <summary>
/// Vectors as signed bytes with a scale each, row by row: what a graph is walked on. Any two rows, or a query and a row, are ranked at
/// random access for a quarter of the memory of floats. Rows are written once; readers read rows they learnt of after that.
/// </summary>
/// <remarks>A row: its bytes, zeros up to a multiple of 32, scale and bias as float32, up to a multiple of 64.</remarks>
internal sealed unsafe class Int8Rows(Metric metric, int dimension) : IDisposable
{
    private const int LevelMax = 127;
    private const int SideBytes = 2 * sizeof(float);

    private readonly int _padded = (dimension + 31) / 32 * 32;
    private readonly NativeRows _rows = new(((dimension + 31) / 32 * 32 + SideBytes + 63) / 64 * 64);

    // Ranks are products of unit vectors for cosine, of the vectors themselves for dot product, and 2 x.y - x.x - y.y for Euclidean.
    private readonly float _weight = metric == Metric.Euclidean ? 2 : 1;

    public int Dimension => dimension;

    public long Bytes => _rows.Bytes;

    /// <summary>Makes room for the first <paramref name="rows"/> rows. One caller at a time.</summary>
    public void EnsureCapacity(int rows) => _rows.EnsureCapacity(rows);

    /// <summary>Writes a row there is room for. Different rows may be written at once.</summary>
    public void Write(int row, ReadOnlySpan<float> vector)
    {
        var bytes = _rows.Row(row);
        var (scale, length) = Quantize(vector, new Span<sbyte>(bytes, dimension));
        var side = (float*)(bytes + _padded);
        side[0] = metric == Metric.Cosine && length > 0 ? (float)(scale / length) : (float)scale;
        side[1] = metric == Metric.Euclidean ? (float)-(length * length) : 0;
    }

    /// <summary>A query for <see cref="Rank(Int8Query, int)"/>.</summary>
    public Int8Query Prepare(ReadOnlySpan<float> vector)
    {
        var levels = new sbyte[_padded];
        var (scale, length) = Quantize(vector, levels.AsSpan(0, dimension));
        var values = new short[_padded];
        for (var i = 0; i < values.Length; i++)
            values[i] = levels[i];
        return new Int8Query(values, _weight * (float)(metric == Metric.Cosine && length > 0 ? scale / length : scale));
    }

    /// <summary>How near a row is to a query; higher is nearer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Rank(Int8Query query, int row)
    {
        var bytes = _rows.Row(row);
        var side = (float*)(bytes + _padded);
        return Int8Dot.Widened(query.Values, (sbyte*)bytes) * query.Scale * side[0] + side[1];
    }

    /// <summary>How near two rows are; higher is nearer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Rank(int left, int right)
    {
        var a = _rows.Row(left);
        var b = _rows.Row(right);
        var sideA = (float*)(a + _padded);
        var sideB = (float*)(b + _padded);
        return Int8Dot.Rows((sbyte*)a, (sbyte*)b, _padded) * sideA[0] * sideB[0] * _weight + sideA[1] + sideB[1];
    }

    /// <summary>Asks for a row's cache lines ahead of its use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int row)
    {
        if (!System.Runtime.Intrinsics.X86.Sse.IsSupported)
            return;
        var bytes = _rows.Row(row);
        for (var at = 0; at < _rows.RowBytes; at += 64)
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(bytes + at);
    }

    public void Dispose() => _rows.Dispose();

    /// <summary>Rounds to the nearest of 255 levels; returns the value of one and the vector's length.</summary>
    private static (double Scale, double Length) Quantize(ReadOnlySpan<float> vector, Span<sbyte> levels)
    {
        double squares = 0;
        float largest = 0;
        foreach (var value in vector)
        {
            squares += (double)value * value;
            largest = Math.Max(largest, Math.Abs(value));
        }

        if (!(largest > 0) || !float.IsFinite(largest))
        {
            levels.Clear();
            return (0, 0);
        }

        var scale = (double)largest / LevelMax;
        var inverse = (float)(1 / scale);
        for (var i = 0; i < vector.Length; i++)
            levels[i] = (sbyte)MathF.Round(Math.Clamp(vector[i] * inverse, -LevelMax, LevelMax));
        return (scale, Math.Sqrt(squares));
    }
}

/// <summary>A query rounded as rows are.</summary>
/// <param name="Values">Levels, widened, zero beyond the dimension.</param>
/// <param name="Scale">Value of a level, with the metric's weight.</param>
internal readonly record struct Int8Query(short[] Values, float Scale);
