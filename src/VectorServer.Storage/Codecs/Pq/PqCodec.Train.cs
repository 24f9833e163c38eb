using System.Buffers.Binary;
using VectorServer.Storage.Codecs.Scalar;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Codecs.Pq;

internal sealed partial class PqCodec
{
    // 16 rows a centroid; more change little, and calibration stays below 16 MiB and a second.
    private const int SampleRowsMax = 4096;
    private const int SampleFloatsMax = 4 << 20;

    internal static PqCodec Train(Metric metric, int dimension, ReadOnlySpan<float> sample)
    {
        if (dimension < 1 || sample.Length % dimension != 0)
            throw new ArgumentException($"A sample of dimension {dimension} is whole rows.");

        var transform = new CoordinateTransform(dimension, rotates: false);
        var rows = UnitRows(transform, sample);
        var mean = TakeMean(rows, dimension);
        var scale = 1 / MathF.Sqrt(dimension); // a unit vector's
        var quantizer = ProductQuantizer.Train(dimension, rows, scale, Environment.ProcessorCount, CancellationToken.None); // while writes wait
        return new PqCodec(metric, transform, new MeanVector(mean), quantizer);
    }

    /// <summary>Little-endian float32: the mean, then the centroids of each sub-vector, component by component.</summary>
    internal override byte[] SerializeBody()
    {
        var bytes = new byte[sizeof(float) * (_mean.Values.Length + _quantizer.Books.Length)];
        WriteAll(_mean.Values, bytes);
        WriteAll(_quantizer.Books, bytes.AsSpan(sizeof(float) * _mean.Values.Length));
        return bytes;
    }

    internal static PqCodec Deserialize(Metric metric, int dimension, ReadOnlySpan<byte> body)
    {
        if (dimension < 1 || !Enum.IsDefined(metric))
            throw CodecFormat.Corrupt($"metric {(int)metric} and dimension {dimension} make no code");
        if (body.Length != sizeof(float) * ((long)dimension + ProductQuantizer.BookFloatsOf(dimension)))
            throw CodecFormat.Corrupt($"its body is not that of dimension {dimension}");

        var mean = new MeanVector(ReadAll(body[..(sizeof(float) * dimension)]));
        var quantizer = ProductQuantizer.FromBooks(dimension, ReadAll(body[(sizeof(float) * dimension)..]));
        return new PqCodec(metric, new CoordinateTransform(dimension, rotates: false), mean, quantizer);
    }

    /// <summary>Up to some thousand rows spread evenly over the sample, scaled to length 1.</summary>
    private static float[] UnitRows(CoordinateTransform transform, ReadOnlySpan<float> sample)
    {
        var dimension = transform.Dimension;
        var available = sample.Length / dimension;
        var count = Math.Min(available, Math.Min(SampleRowsMax, Math.Max(1, SampleFloatsMax / dimension)));
        var rows = new float[count * dimension];
        for (var i = 0; i < count; i++)
        {
            var row = (int)((long)i * available / count);
            transform.Apply(sample.Slice(row * dimension, dimension), rows.AsSpan(i * dimension, dimension));
        }

        return rows;
    }

    /// <summary>Takes the rows' mean off them and returns it.</summary>
    private static float[] TakeMean(float[] rows, int dimension)
    {
        var sums = new double[dimension];
        for (var i = 0; i < rows.Length; i++)
            sums[i % dimension] += rows[i];
        var mean = Array.ConvertAll(sums, sum => (float)(sum / Math.Max(1, rows.Length / dimension)));
        for (var i = 0; i < rows.Length; i++)
            rows[i] -= mean[i % dimension];
        return mean;
    }

    private static void WriteAll(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes[(i * sizeof(float))..], values[i]);
    }

    private static float[] ReadAll(ReadOnlySpan<byte> bytes)
    {
        var values = new float[bytes.Length / sizeof(float)];
        for (var i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        return values;
    }
}
