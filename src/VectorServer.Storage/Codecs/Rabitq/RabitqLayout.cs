namespace VectorServer.Storage.Codecs.Rabitq;

/// <summary>
/// Where things are in the codes of 32 rows. A coordinate is a level of <see cref="Planes"/> + <see cref="Low"/> bits. The upper bits lie side by
/// side in planes, which a search reads one after another; the lower ones row by row, to be read of the rows that remain.
/// <code>
/// block: plane 0: load 0: 4 groups of 4 coordinates; of a group 16 bytes, of which each holds the bits of two lanes, lane l below and
///                 l + 16 above: bytes 0, 2, .. 14 of lanes 0..7, bytes 1, 3, .. 15 of lanes 8..15
///                 load 1 ...
///        plane 1 ...
///        factor[32]  float32, undoes what the planes have lost of the row
///        square[32]  float32, of the residual; infinite where there is no row
///        error[32]   float32, as in <see cref="BlockSide"/>; of more than one plane: that of one follows from the other two
/// lows:  32 times: chunks of 32 bytes, byte j holds coordinates 32 f + j of the chunk in its bits [f Low, (f + 1) Low);
///        factor, error (float32) of all bits
/// </code>
/// </summary>
internal sealed class RabitqLayout
{
    /// <summary>Rows of a block.</summary>
    public const int Rows = 32;

    /// <summary>Bytes of a load, the bits of 16 coordinates of the rows.</summary>
    public const int LoadBytes = 64;

    public const int CoordinatesPerLoad = 16;

    /// <summary>Coordinates that share a table of 16 sums.</summary>
    public const int GroupCoordinates = 4;

    public const int ChunkBytes = 32;

    private const int PartBytes = Rows * sizeof(float);

    public RabitqLayout(int coordinates, int planes, int low)
    {
        (Coordinates, Planes, Low) = (coordinates, planes, low);
        Loads = (coordinates + CoordinatesPerLoad - 1) / CoordinatesPerLoad;
        Fields = low == 0 ? 0 : 8 / low;
        Chunks = low == 0 ? 0 : (coordinates + ChunkBytes * Fields - 1) / (ChunkBytes * Fields);
    }

    /// <summary>Coordinates of a row.</summary>
    public int Coordinates { get; }

    /// <summary>Bits of a coordinate that are scanned.</summary>
    public int Planes { get; }

    /// <summary>Bits of a coordinate that are read row by row: 0, 1 or 2.</summary>
    public int Low { get; }

    public int Loads { get; }

    public int Groups => Loads * (CoordinatesPerLoad / GroupCoordinates);

    /// <summary>Whether the sums of a row's table entries fit 16 bits, as they do up to 4,160 coordinates of one plane.</summary>
    public bool HasShortSums => ((1 << Planes) - 1) * Groups * SignScore.EntryMax <= ushort.MaxValue;

    /// <summary>Lower parts of levels in a byte.</summary>
    public int Fields { get; }

    public int Chunks { get; }

    public int SideOffset => Planes * Loads * LoadBytes;

    public bool HasError => Planes > 1;

    /// <summary>The square of a code of signs, a little rounded up.</summary>
    public float CodeSquare => Coordinates / 4f * (1 + 1e-6f);

    public int BlockBytes => SideOffset + (HasError ? 3 : 2) * PartBytes;

    /// <summary>The byte of a group that holds a lane's bits.</summary>
    public static int ByteOf(int lane) => lane % 8 * 2 + lane / 8 % 2;

    /// <summary>Where a row's factor and error of all bits are.</summary>
    public int LowSideOffset => Chunks * ChunkBytes;

    /// <summary>Bytes of the lower bits of a row; 0 without any.</summary>
    public int LowBytes => Low == 0 ? 0 : LowSideOffset + 2 * sizeof(float);

    /// <summary>Levels of a coordinate.</summary>
    public int Levels => 1 << (Planes + Low);
}
