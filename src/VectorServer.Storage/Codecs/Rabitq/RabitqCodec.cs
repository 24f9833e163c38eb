using System.Runtime.InteropServices;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Codecs.Rabitq;

/// <summary>
/// <c>rabitq</c>: rows by the nearest of some centres, of which the residual is rotated and coded with three or four bits a coordinate. The first
/// are scanned, the others read of the rows that remain: of structured rows of many dimensions signs alone rule out most.
/// </summary>
/// <remarks>
/// Gao and Long, RaBitQ: Quantizing High-Dimensional Vectors with a Theoretical Error Bound for Approximate Nearest Neighbor Search (2024),
/// and its extension to several bits (Gao et al., 2024): the code v of a residual r estimates <c>g.r</c> by <c>g.v * r.r / r.v</c>, and what it
/// loses is perpendicular to r and, after the rotation, points nowhere in particular.
/// </remarks>
internal sealed class RabitqCodec : Codec
{
    private const int FormBytes = 4 * sizeof(int);
    private const int GrowthMax = 4; // times the rows that centres were learnt from

    private readonly Rotation _rotation;
    private readonly int _learntFrom;

    /// <param name="space">Where rows are coded.</param>
    /// <param name="centres">In the space, row-major; at least one.</param>
    /// <param name="learntFrom">Rows that there were when the centres were chosen.</param>
    /// <param name="planes">See <see cref="RabitqLayout.Planes"/>.</param>
    /// <param name="low">See <see cref="RabitqLayout.Low"/>.</param>
    public RabitqCodec(RowSpace space, float[] centres, int learntFrom, int planes, int low)
        : base(Compression.Rabitq, space)
    {
        _rotation = new Rotation(space.Dimension);
        _learntFrom = learntFrom;
        Layout = new RabitqLayout(_rotation.Count, planes, low);
        Centres = centres;
        CentreCount = centres.Length / space.Dimension;
        Rotated = new float[CentreCount * Coordinates];
        CentreLengths = new float[CentreCount];
        var rest = new float[space.Dimension];
        for (var i = 0; i < CentreCount; i++)
        {
            Centre(i).CopyTo(rest);
            CentreLengths[i] = (float)Math.Sqrt(Direction.Square(rest));
            _rotation.Apply(rest, Rotated.AsSpan(i * Coordinates, Coordinates));
        }
    }

    public RabitqLayout Layout { get; }

    public int CentreCount { get; }

    /// <summary>Coordinates of a rotated row.</summary>
    public int Coordinates => Layout.Coordinates;

    /// <summary>The deviation of a product with what a code lost, as a share of the product of lengths.</summary>
    public float Deviation => 1 / MathF.Sqrt(Math.Max(1, Dimension - 1));

    public override double CodeBytesPerVector => (double)Layout.BlockBytes / RabitqLayout.Rows + Layout.LowBytes + sizeof(int);

    public override int OutgrownAt => (int)Math.Min(int.MaxValue, (long)GrowthMax * _learntFrom);

    internal float[] Centres { get; }

    internal float[] Rotated { get; }

    internal float[] CentreLengths { get; }

    public static RabitqCodec Train(Metric metric, int dimension, RowReader read, int rowCount, CancellationToken cancellation)
    {
        var space = RowSpace.Train(metric, dimension, read, rowCount);
        var (centres, planes, low) = CentreChoice.Choose(space, read, rowCount, cancellation);
        return new RabitqCodec(space, centres, rowCount, planes, low);
    }

    public override RowCodes CreateCodes() => new RabitqCodes(this);

    public ReadOnlySpan<float> Centre(int centre) => Centres.AsSpan(centre * Dimension, Dimension);

    public ReadOnlySpan<float> RotatedCentre(int centre) => Rotated.AsSpan(centre * Coordinates, Coordinates);

    /// <summary>Turns a vector of the space.</summary>
    public void Rotate(Span<float> rest, Span<float> coordinates) => _rotation.Apply(rest, coordinates);

    /// <summary>The centre nearest to a vector of the space.</summary>
    public int NearestCentre(ReadOnlySpan<float> rest) => CentreChoice.Nearest(Centres, rest);

    /// <summary>Little-endian: planes, lower bits, rows learnt from, centres (int32); the centres (float32).</summary>
    internal override byte[] SerializeBody()
    {
        var bytes = new byte[FormBytes + sizeof(float) * Centres.Length];
        MemoryMarshal.Cast<int, byte>([Layout.Planes, Layout.Low, _learntFrom, CentreCount]).CopyTo(bytes);
        MemoryMarshal.AsBytes(Centres.AsSpan()).CopyTo(bytes.AsSpan(FormBytes));
        return bytes;
    }

    internal static RabitqCodec Deserialize(RowSpace space, ReadOnlySpan<byte> body)
    {
        if (body.Length < FormBytes)
            throw CodecFormat.Corrupt("it is too short");
        var form = MemoryMarshal.Cast<byte, int>(body[..FormBytes]);
        var (planes, low, learntFrom, count) = (form[0], form[1], form[2], form[3]);
        if ((planes, low) is not ((1, 2) or (2, 1) or (3, 0) or (4, 0)) || learntFrom < 0 || count < 1
            || body.Length - FormBytes != sizeof(float) * (long)count * space.Dimension)
            throw CodecFormat.Corrupt($"its body is not that of dimension {space.Dimension}");
        return new RabitqCodec(space, MemoryMarshal.Cast<byte, float>(body[FormBytes..]).ToArray(), learntFrom, planes, low);
    }
}
