using VectorServer.Storage.Codecs.Rabitq;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Codecs;

/// <summary>A calibrated code: what is learnt of vectors before they are coded. Immutable and thread-safe.</summary>
internal abstract class Codec(Compression compression, RowSpace space)
{
    /// <summary>One row for each int32 lane of a 512-bit register, so that a scan needs no horizontal sums.</summary>
    public const int RowsPerBlock = 16;

    public Compression Compression { get; } = compression;

    /// <summary>Where rows are coded.</summary>
    public RowSpace Space { get; } = space;

    public Metric Metric => Space.Metric;

    public int Dimension => Space.Dimension;

    /// <summary>Bytes of one code with its share of side data.</summary>
    public abstract double CodeBytesPerVector { get; }

    /// <summary>Rows after whose writing the calibration should be made again; none for most.</summary>
    public virtual int OutgrownAt => int.MaxValue;

    /// <summary>Memory for codes, empty.</summary>
    public abstract RowCodes CreateCodes();

    /// <summary>The calibration with its checksum, for <see cref="Deserialize"/>.</summary>
    public byte[] Serialize() => CodecFormat.Write(this);

    /// <summary>The part of <see cref="Serialize"/> that only this kind of code can read.</summary>
    internal abstract byte[] SerializeBody();

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: not the bytes of <see cref="Serialize"/>.</exception>
    public static Codec Deserialize(ReadOnlySpan<byte> bytes) => CodecFormat.Read(bytes);

    /// <summary>Calibrates a code on vectors like those it will hold.</summary>
    /// <param name="compression">A code, not <see cref="Compression.Auto"/> or <see cref="Compression.Float32"/>.</param>
    /// <param name="metric">How codes will be ranked; it decides what is kept beside them.</param>
    /// <param name="dimension">Components per vector, at least 1.</param>
    /// <param name="read">Gives the sample's rows.</param>
    /// <param name="rowCount">
    /// A thousand rows calibrate well; of many, a few thousand spread evenly are read, but for <see cref="Compression.Rabitq"/>, which looks
    /// for centres in all. With none the code works for any data, less precisely.
    /// </param>
    /// <param name="cancellation">Stops between steps.</param>
    public static Codec Train(Compression compression, Metric metric, int dimension, RowReader read, int rowCount, CancellationToken cancellation = default) =>
        compression == Compression.Rabitq
            ? RabitqCodec.Train(metric, dimension, read, rowCount, cancellation)
            : BlockCodec.Train(compression, metric, dimension, Sample(dimension, read, rowCount));

    private static float[] Sample(int dimension, RowReader read, int rowCount)
    {
        var sample = new float[rowCount * dimension];
        for (var i = 0; i < rowCount; i++)
            read(i).CopyTo(sample.AsSpan(i * dimension));
        return sample;
    }
}
