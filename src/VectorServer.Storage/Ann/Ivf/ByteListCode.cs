using VectorServer.Storage.Codecs;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Ann.Ivf;

/// <summary>Rows as bytes with a scale each: <c>ivf_flat</c>. A block is 16 rows one after another, each as <see cref="Int8Form"/> keeps it.</summary>
internal sealed unsafe class ByteListCode(PointSpace space) : ListCode
{
    private readonly Int8Form _form = new(space, isCertain: true);

    public override bool IsCertain => true;

    public override int BlockBytes => _form.RowBytes * Codec.RowsPerBlock;

    public override long Bytes => 0;

    public override float Encode(ReadOnlySpan<float> point, ReadOnlySpan<float> centroid, Span<byte> block, int rowInBlock, Span<float> scratch)
    {
        fixed (byte* bytes = block[(rowInBlock * _form.RowBytes)..])
            _form.Encode(point, bytes);
        return 0; // the error is kept with the row
    }

    public override ListQuery Prepare(ReadOnlySpan<float> point) =>
        new Query(_form, _form.Prepare(point, new byte[Int8Form.PaddedOf(point.Length)]));

    internal override void Write(CheckedWriter file)
    {
    }

    private sealed class Query(Int8Form form, Int8Query query) : ListQuery
    {
        public override void Estimate(float toCentroid, ReadOnlySpan<byte> blocks, ReadOnlySpan<float> errors, Span<float> nears, Span<float> widths)
        {
            fixed (byte* bytes = blocks)
            {
                for (var i = 0; i < nears.Length; i++)
                {
                    var row = bytes + (nint)i * form.RowBytes;
                    var (near, width) = form.Estimate(query, row, form.Rank(query, row));
                    (nears[i], widths[i]) = ((float)near, (float)width);
                }
            }
        }
    }
}
