namespace VectorServer.DataKinds;

/// <summary>How the rows of a kind are drawn.</summary>
public static class Shapes
{
    /// <summary>Independent normal components: no structure at all.</summary>
    public static RowShape Noise { get; } = (draw, _, _) => (_, values) => draw.Normals(values);

    /// <summary>Uniform in a cube.</summary>
    public static RowShape Uniform { get; } = (draw, _, _) => (_, values) =>
    {
        foreach (ref var value in values)
            value = (float)draw.Symmetric();
    };

    /// <summary>Rows round centres of deviation 1, in any order or cluster after cluster.</summary>
    public static RowShape Clusters(int count, double width, bool inOrder = false) => (draw, rows, dimension) =>
    {
        var centres = Centres(draw, count, dimension, 1);
        return (row, values) => Around(draw, centres[inOrder ? (int)((long)row * count / rows) : draw.Below(count)], width, values);
    };

    /// <summary>Clusters of different widths, wider in a quarter of the components than in the others.</summary>
    public static RowShape ClustersOfWidths(int count) => (draw, _, dimension) =>
    {
        var centres = Centres(draw, count, dimension, 1);
        double[] widths = [.. Enumerable.Range(0, count).Select(_ => 0.1 + (0.5 * draw.Unit()))];
        return (_, values) =>
        {
            var cluster = draw.Below(count);
            for (var i = 0; i < values.Length; i++)
                values[i] = (float)(centres[cluster][i] + (widths[cluster] * draw.Normal() * (i < values.Length / 4 ? 1 : 0.3)));
        };
    };

    /// <summary>Groups so far apart that all distances inside of one look like zero from another.</summary>
    public static RowShape Islands(int count) => (draw, _, dimension) =>
    {
        var centres = Centres(draw, count, dimension, 1000);
        return (row, values) => Around(draw, centres[row % count], 1, values);
    };

    /// <summary>Groups of near-duplicates of about this many rows.</summary>
    public static RowShape Groups(int size, double width) => (draw, rows, dimension) => Clusters(Math.Max(2, rows / size), width)(draw, rows, dimension);

    /// <summary>Of the rows, this share are copies of a few vectors, one vector after another; the rest are unlike each other.</summary>
    public static RowShape Copies(int vectors, double share) => (draw, rows, dimension) =>
    {
        var copied = Centres(draw, vectors, dimension, 1);
        var copies = (int)(rows * share);
        return (row, values) =>
        {
            if (row < copies)
                copied[(int)((long)row * vectors / copies)].CopyTo(values);
            else
                draw.Normals(values);
        };
    };

    /// <summary>Every vector this many times, the copies far from each other in the order of rows.</summary>
    public static RowShape EachTimes(int times) => (draw, rows, dimension) =>
    {
        var copied = Centres(draw, Math.Max(1, rows / times), dimension, 1);
        return (row, values) => copied[row % copied.Length].CopyTo(values);
    };

    /// <summary>Every second row is one of a few vectors.</summary>
    public static RowShape EverySecond(int vectors) => (draw, _, dimension) =>
    {
        var copied = Centres(draw, vectors, dimension, 1);
        return (row, values) =>
        {
            if (row % 2 == 0)
                copied[row / 2 % vectors].CopyTo(values);
            else
                draw.Normals(values);
        };
    };

    /// <summary>Noise of a width, moved away from the origin.</summary>
    public static RowShape Translated(double offset, double width) => (draw, _, _) => (_, values) =>
    {
        foreach (ref var value in values)
            value = (float)(offset + (width * draw.Symmetric()));
    };

    /// <summary>East, north and height in metres on a national grid.</summary>
    public static RowShape Metres { get; } = (draw, _, _) => (_, values) =>
    {
        values[0] = (float)(387_000 + (8000 * draw.Symmetric()));
        values[1] = (float)(5_818_000 + (8000 * draw.Symmetric()));
        values[2] = (float)(35 + (30 * draw.Unit()));
    };

    /// <summary>Latitude and longitude of a grid of streets, about 50 metres apart: near neighbours at equal distances.</summary>
    public static RowShape CityGrid { get; } = (_, rows, _) =>
    {
        var columns = (int)Math.Ceiling(Math.Sqrt(rows / 0.6));
        return (row, values) =>
        {
            values[0] = (float)(52.5 + (row % columns * 0.0005));
            values[1] = (float)(13.4 + (row / columns * 0.0005));
        };
    };

    /// <summary>Directions without structure, lengths of a log-normal distribution: a few rows are long.</summary>
    public static RowShape HeavyTailed { get; } = (draw, _, _) => (_, values) => draw.Normals(values, Math.Exp(draw.Normal()));

    /// <summary>A few rows a thousand times as long as the others.</summary>
    public static RowShape Outliers { get; } = (draw, _, _) => (row, values) => draw.Normals(values, row % 997 == 5 ? 1000 : 1);

    /// <summary>Deviations of the components fall as 1, 1/2, 1/3, ...</summary>
    public static RowShape Anisotropic { get; } = (draw, _, _) => (_, values) =>
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(draw.Normal() / (i + 1));
    };

    /// <summary>Components of 0 and 1.</summary>
    public static RowShape Binary { get; } = (draw, _, _) => (_, values) =>
    {
        foreach (ref var value in values)
            value = draw.Chance(0.3) ? 1 : 0;
    };

    /// <summary>One component is 1, all others are 0.</summary>
    public static RowShape OneHot { get; } = (draw, _, _) => (_, values) => values[draw.Below(values.Length)] = 1;

    /// <summary>Nine of ten components are zero, the others positive: counts and weights of words.</summary>
    public static RowShape SparseCounts { get; } = (draw, _, _) => (_, values) =>
    {
        foreach (ref var value in values)
            value = draw.Chance(0.1) ? (float)-Math.Log(1 - draw.Unit()) : 0;
    };

    /// <summary>Every second component is the same in all rows, and large.</summary>
    public static RowShape ConstantComponents { get; } = (draw, _, _) => (_, values) =>
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = i % 2 == 0 ? 70 + (i % 5) : (float)draw.Normal();
    };

    /// <summary>All rows are the same.</summary>
    public static RowShape Identical { get; } = (draw, rows, dimension) => Copies(1, 1)(draw, rows, dimension);

    /// <summary>Every tenth row is as small as the engine takes one: the next thing to a zero vector.</summary>
    public static RowShape NearlyZero { get; } = (draw, _, _) => (row, values) =>
    {
        if (row % 10 == 3)
            values[row / 10 % values.Length] = 1e-8f;
        else
            draw.Normals(values);
    };

    /// <summary>Noise of a size that squares take beyond float32.</summary>
    public static RowShape Huge { get; } = (draw, _, _) => (_, values) => draw.Normals(values, 1e30);

    /// <summary>One component as small as the engine takes one, the others so small that their squares are zero in float32.</summary>
    public static RowShape Tiny { get; } = (draw, _, _) => (_, values) =>
    {
        draw.Normals(values, 1e-30);
        values[0] = 1e-8f;
    };

    /// <summary>Lengths from 1e-7 to 1e30, each order of magnitude as often as any other.</summary>
    public static RowShape AllLengths { get; } = (draw, _, _) => (_, values) =>
    {
        draw.Normals(values, Math.Pow(10, -7 + (37 * draw.Unit())));
        values[0] += values[0] < 0 ? -1e-8f : 1e-8f;
    };

    /// <summary>Whole numbers from -3 to 3: many rows are exactly as near as others.</summary>
    public static RowShape Integers { get; } = (draw, _, _) => (_, values) =>
    {
        foreach (ref var value in values)
            value = draw.Below(7) - 3;
    };

    /// <summary>Sine waves: all of a row's energy lies in one frequency.</summary>
    public static RowShape Tones { get; } = (draw, _, dimension) => (_, values) =>
    {
        var (frequency, phase) = (1 + draw.Below(Math.Max(1, (dimension / 2) - 1)), draw.Unit());
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(Math.Cos(2 * Math.PI * (((double)frequency * i / dimension) + phase)) + (0.05 * draw.Normal()));
    };

    /// <summary>The first fifth of the rows lies elsewhere than those that come later, and is much narrower.</summary>
    public static RowShape Drift { get; } = (draw, rows, _) => (row, values) =>
    {
        draw.Normals(values, row < rows / 5 ? 0.1 : 1);
        values[0] += row < rows / 5 ? 0 : 20;
    };

    /// <summary>Rows on a sphere: from its middle all are as near as each other but for one part in ten thousand.</summary>
    public static RowShape Sphere { get; } = (draw, _, _) => (_, values) =>
    {
        draw.Normals(values);
        var scale = (1 + (1e-4 * draw.Normal())) / Truth.Length(values);
        foreach (ref var value in values)
            value = (float)(value * scale);
    };

    private static float[][] Centres(Draw draw, int count, int dimension, double deviation)
    {
        var centres = new float[count][];
        for (var i = 0; i < count; i++)
            draw.Normals(centres[i] = new float[dimension], deviation);
        return centres;
    }

    private static void Around(Draw draw, float[] centre, double width, Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(centre[i] + (width * draw.Normal()));
    }
}
