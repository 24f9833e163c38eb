using VectorServer.Storage.Codecs;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Ann.Ivf;

/// <summary>Rows as bytes with a scale each: <c>ivf_flat</c>. The code is <see cref="Compression.Sq8"/>, which knows of no centroid.</summary>
internal sealed class ByteListCode(BlockCodec codec) : ListCode
{
    public override int BlockBytes => codec.BlockBytes;

    public override long Bytes => sizeof(float) * (long)codec.Dimension;

    /// <param name="space">The space of the lists.</param>
    /// <param name="sample">Points, row-major.</param>
    public static ByteListCode Train(PointSpace space, ReadOnlySpan<float> sample) =>
        new(BlockCodec.Train(Compression.Sq8, space.Metric, space.Dimension, sample.ToArray()));

    public override void Encode(ReadOnlySpan<float> point, ReadOnlySpan<float> centroid, Span<byte> block, int rowInBlock, Span<float> scratch) =>
        codec.Encode(point, block, rowInBlock);

    public override ListQuery Prepare(ReadOnlySpan<float> point) => new Query(codec, codec.Prepare(point));

    internal override void Write(CheckedWriter file)
    {
        var bytes = codec.Serialize();
        file.Write(bytes.Length);
        file.Write(bytes.AsSpan());
    }

    internal static ByteListCode Read(CheckedReader file, PointSpace space)
    {
        var length = file.Read<int>();
        if (length < 0 || length > file.Remaining)
            throw file.Damaged("it is too short for its code");
        var bytes = new byte[length];
        file.ReadAll(bytes.AsSpan());
        if (Codec.Deserialize(bytes) is not BlockCodec codec || codec.Compression != Compression.Sq8 || codec.Metric != space.Metric || codec.Dimension != space.Dimension)
            throw file.Damaged("its code is of other vectors");
        return new ByteListCode(codec);
    }

    private sealed class Query(BlockCodec codec, PreparedQuery? prepared) : ListQuery
    {
        public override void Rank(float toCentroid, ReadOnlySpan<byte> blocks, Span<float> ranks) => Score(blocks, ranks);

        private void Score(ReadOnlySpan<byte> blocks, Span<float> ranks)
        {
            if (prepared is null)
                ranks.Clear(); // all rows are as near
            else
                codec.Score(prepared, blocks, ranks);
        }
    }
}
