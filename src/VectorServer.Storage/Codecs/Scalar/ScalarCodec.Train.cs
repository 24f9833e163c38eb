using System.Buffers.Binary;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Codecs.Scalar;

internal sealed partial class ScalarCodec
{
    // 4096 rows of 1024 components: calibration reads no more than 16 MiB.
    private const int SampleRowsMax = 4096;
    private const int SampleFloatsMax = 4 << 20;

    internal static new ScalarCodec Train(Compression compression, Metric metric, int dimension, ReadOnlySpan<float> sample)
    {
        if (dimension < 1 || sample.Length % dimension != 0)
            throw new ArgumentException($"A sample of dimension {dimension} is whole rows.");

        var transform = TransformOf(compression, dimension);
        return new ScalarCodec(compression, metric, transform, new MeanVector(Mean(transform, sample)));
    }

    /// <summary>Little-endian: the mean of each coordinate (float32).</summary>
    internal override byte[] SerializeBody()
    {
        var mean = _mean.Values;
        var bytes = new byte[sizeof(float) * mean.Length];
        for (var i = 0; i < mean.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), mean[i]);
        return bytes;
    }

    internal static ScalarCodec Deserialize(Compression compression, Metric metric, int dimension, ReadOnlySpan<byte> body)
    {
        if (dimension < 1 || !Enum.IsDefined(metric))
            throw CodecFormat.Corrupt($"metric {(int)metric} and dimension {dimension} make no code");

        var transform = TransformOf(compression, dimension);
        if (body.Length != sizeof(float) * transform.Count)
            throw CodecFormat.Corrupt($"its body is not that of dimension {dimension}");

        var mean = new float[transform.Count];
        for (var i = 0; i < mean.Length; i++)
            mean[i] = BinaryPrimitives.ReadSingleLittleEndian(body[(i * sizeof(float))..]);
        return new ScalarCodec(compression, metric, transform, new MeanVector(mean));
    }

    private static CoordinateTransform TransformOf(Compression compression, int dimension) => new(dimension, rotates: compression != Compression.Sq8);

    /// <summary>The mean of up to some thousand unit vectors spread evenly over the sample; zero without one.</summary>
    private static float[] Mean(CoordinateTransform transform, ReadOnlySpan<float> sample)
    {
        var available = sample.Length / transform.Dimension;
        var count = Math.Min(available, Math.Min(SampleRowsMax, Math.Max(1, SampleFloatsMax / transform.Dimension)));
        var sum = new double[transform.Count];
        var coordinates = new float[transform.Count];
        for (var i = 0; i < count; i++)
        {
            var row = (int)((long)i * available / count);
            transform.Apply(sample.Slice(row * transform.Dimension, transform.Dimension), coordinates);
            for (var at = 0; at < sum.Length; at++)
                sum[at] += coordinates[at];
        }

        return Array.ConvertAll(sum, total => (float)(total / Math.Max(1, count)));
    }
}
