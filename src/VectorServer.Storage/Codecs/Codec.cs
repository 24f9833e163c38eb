using VectorServer.Storage.Codecs.Pq;
using VectorServer.Storage.Codecs.Scalar;
using VectorServer.Storage.Codecs.Spectral;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Codecs;

/// <summary>
/// A calibrated code: turns vectors into blocks of <see cref="RowsPerBlock"/> short codes and ranks those against a query.
/// Immutable and thread-safe. Block b holds rows <c>16 b .. 16 b + 15</c>; blocks follow each other without gaps.
/// </summary>
internal abstract class Codec(Compression compression, Metric metric, int dimension)
{
    /// <summary>One row for each int32 lane of a 512-bit register, so that a scan needs no horizontal sums.</summary>
    public const int RowsPerBlock = 16;

    public Compression Compression { get; } = compression;

    public Metric Metric { get; } = metric;

    public int Dimension { get; } = dimension;

    /// <summary>The code alone finds nine of the ten nearest, so that few candidates need rescoring.</summary>
    public bool RanksFinely => Compression is Compression.SpectralK256 or Compression.Spectral4Bit or Compression.Sq8;

    /// <summary>Bytes of one block, a multiple of 64.</summary>
    public abstract int BlockBytes { get; }

    /// <summary>Bytes of one code with its share of the block's side data.</summary>
    public double CodeBytesPerVector => (double)BlockBytes / RowsPerBlock;

    /// <summary>Blocks that hold a number of rows, the last perhaps in part.</summary>
    public static int BlockCount(int rows) => (rows + RowsPerBlock - 1) / RowsPerBlock;

    /// <summary>Writes the code of one row into its block; rows of a block not yet written may hold anything, and score anything.</summary>
    /// <param name="vector">Finite values, <c>[Dimension]</c>; any length, zero too.</param>
    /// <param name="block">The row's block, <c>[BlockBytes]</c>; only the row's own bytes are touched.</param>
    /// <param name="rowInBlock">0..15.</param>
    public abstract void Encode(ReadOnlySpan<float> vector, Span<byte> block, int rowInBlock);

    /// <summary>Everything about a query that does not depend on a row. The result is immutable and serves any number of threads.</summary>
    public abstract PreparedQuery Prepare(ReadOnlySpan<float> query);

    /// <summary>Estimates the scores of consecutive rows, in the unit of <see cref="ExactScorer.Rows"/>: higher is nearer.</summary>
    /// <param name="query">From this codec's <see cref="Prepare"/>.</param>
    /// <param name="blocks">Whole blocks.</param>
    /// <param name="scores">Out: one per row; the last block may be cut short.</param>
    public abstract void Score(PreparedQuery query, ReadOnlySpan<byte> blocks, Span<float> scores);

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
    /// <param name="sample">
    /// Row-major <c>[n x dimension]</c>. A thousand rows calibrate well; of many, a few thousand spread evenly are read. With none the
    /// code works for any data, less precisely.
    /// </param>
    public static Codec Train(Compression compression, Metric metric, int dimension, ReadOnlySpan<float> sample) => compression switch
    {
        Compression.SpectralK64 or Compression.SpectralK128 or Compression.SpectralK256 =>
            SpectralCodec.Train(compression, metric, dimension, sample),
        Compression.Spectral4Bit or Compression.Spectral2Bit or Compression.Spectral1Bit or Compression.Sq8 =>
            ScalarCodec.Train(compression, metric, dimension, sample),
        Compression.Pq => PqCodec.Train(metric, dimension, sample),
        _ => throw new ArgumentOutOfRangeException(nameof(compression), compression, "Not a code."),
    };
}
