using VectorServer.Storage.Codecs.Pq;
using VectorServer.Storage.Codecs.Scalar;
using VectorServer.Storage.Codecs.Spectral;

namespace VectorServer.Storage.Codecs;

/// <summary>
/// A code that turns vectors into blocks of <see cref="Codec.RowsPerBlock"/> short codes and ranks those against a query. Block b holds rows
/// <c>16 b .. 16 b + 15</c>; blocks follow each other without gaps.
/// </summary>
internal abstract class BlockCodec(Compression compression, RowSpace space) : Codec(compression, space)
{
    /// <summary>Bytes of one block, a multiple of 64.</summary>
    public abstract int BlockBytes { get; }

    /// <summary>Where a block keeps what <see cref="BoundTest"/> asks for.</summary>
    public abstract BlockSide Side { get; }

    /// <summary>The deviation of a product with what the code lost of a row, as a share of the product of both lengths.</summary>
    public abstract float Deviation { get; }

    /// <summary>The same code with another deviation, where that is measured; see <see cref="DeviationMeter"/>.</summary>
    public virtual BlockCodec WithDeviation(float deviation) => this;

    public override double CodeBytesPerVector => (double)BlockBytes / RowsPerBlock;

    /// <summary>Blocks that hold a number of rows, the last perhaps in part.</summary>
    public static int BlockCount(int rows) => (rows + RowsPerBlock - 1) / RowsPerBlock;

    public override RowCodes CreateCodes() => new BlockCodes(this);

    /// <summary>Writes the code of one row into its block; rows of a block not yet written may hold anything, and score anything.</summary>
    /// <param name="vector">Finite values, <c>[Dimension]</c>; any length, zero too.</param>
    /// <param name="block">The row's block, <c>[BlockBytes]</c>; only the row's own bytes are touched.</param>
    /// <param name="rowInBlock">0..15.</param>
    public abstract void Encode(ReadOnlySpan<float> vector, Span<byte> block, int rowInBlock);

    /// <summary>
    /// Everything about a query that does not depend on a row; null for a query without a place in the <see cref="RowSpace"/>. The result is
    /// immutable and serves any number of threads.
    /// </summary>
    public abstract PreparedQuery? Prepare(ReadOnlySpan<float> query);

    /// <summary>Estimates the ranks of consecutive rows in the <see cref="RowSpace"/>: higher is nearer.</summary>
    /// <param name="query">From this codec's <see cref="Prepare"/>.</param>
    /// <param name="blocks">Whole blocks.</param>
    /// <param name="scores">Out: one per row; the last block may be cut short.</param>
    public abstract void Score(PreparedQuery query, ReadOnlySpan<byte> blocks, Span<float> scores);

    /// <summary>Calibrates a code of blocks; see <see cref="Codec.Train"/>.</summary>
    /// <param name="compression">A code of blocks.</param>
    /// <param name="metric">How codes will be ranked.</param>
    /// <param name="dimension">Components per vector, at least 1.</param>
    /// <param name="sample">Row-major <c>[n x dimension]</c>.</param>
    public static BlockCodec Train(Compression compression, Metric metric, int dimension, float[] sample)
    {
        if (dimension < 1 || sample.Length % dimension != 0)
            throw new ArgumentException($"A sample of dimension {dimension} is whole rows.");
        var space = RowSpace.Train(metric, dimension, row => sample.AsSpan(row * dimension, dimension), sample.Length / dimension);
        switch (compression)
        {
            case Compression.Spectral4Bit or Compression.Spectral2Bit or Compression.Spectral1Bit or Compression.Sq8:
                return new ScalarCodec(compression, space);
            case Compression.SpectralK64 or Compression.SpectralK128 or Compression.SpectralK256:
                return DeviationMeter.Calibrate(SpectralCodec.Train(compression, space, Directions(space, sample), deviation: 1), sample);
            case Compression.Pq:
                var (learnt, heldOut) = HoldOut(sample, dimension);
                return DeviationMeter.Calibrate(PqCodec.Train(space, Directions(space, learnt), deviation: 1), heldOut);
            default:
                throw new ArgumentOutOfRangeException(nameof(compression), compression, "Not a code.");
        }
    }

    /// <summary>
    /// Every fourth row is kept back: centroids are too near to the rows that they were learnt from for these to show how far estimates of others
    /// are off.
    /// </summary>
    private static (float[] Learnt, float[] HeldOut) HoldOut(float[] sample, int dimension)
    {
        const int Share = 4;
        var rows = Enumerable.Range(0, sample.Length / dimension).ToLookup(row => row % Share == Share - 1);
        float[] Of(bool isHeldOut) => [.. rows[isHeldOut].SelectMany(row => new ArraySegment<float>(sample, row * dimension, dimension))];
        return (Of(false), Of(true));
    }

    /// <summary>Up to some thousand rows spread evenly over the sample, in the space, each scaled to length 1; those of length 0 are left out.</summary>
    private static float[] Directions(RowSpace space, float[] sample)
    {
        // 4096 rows of 1024 components: calibration reads no more than 16 MiB, for less than half a second.
        const int RowsMax = 4096;
        const int FloatsMax = 4 << 20;
        var dimension = space.Dimension;
        var available = sample.Length / dimension;
        var wanted = Math.Min(available, Math.Min(RowsMax, Math.Max(1, FloatsMax / dimension)));
        var rests = new float[wanted * dimension];
        var count = 0;
        for (var i = 0; i < wanted; i++)
        {
            var row = (int)((long)i * available / wanted);
            var rest = rests.AsSpan(count * dimension, dimension);
            if (space.TryLoad(sample.AsSpan(row * dimension, dimension), rest) && Direction.Normalize(rest) > 0)
                count++;
        }

        return rests[..(count * dimension)];
    }
}
