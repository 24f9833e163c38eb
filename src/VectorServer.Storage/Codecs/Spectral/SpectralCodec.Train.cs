using System.Buffers.Binary;
using System.Diagnostics;
using VectorServer.Storage.Codecs.Fourier;

namespace VectorServer.Storage.Codecs.Spectral;

internal sealed partial class SpectralCodec
{
    /// <param name="compression">How many slots are kept.</param>
    /// <param name="space">Where the rows are coded.</param>
    /// <param name="directions">Rows in the space, scaled to length 1.</param>
    /// <param name="deviation">See <see cref="BlockCodec.Deviation"/>.</param>
    internal static SpectralCodec Train(Compression compression, RowSpace space, float[] directions, float deviation)
    {
        var fft = new RealFft(space.Dimension);
        var rows = directions.Length / space.Dimension;
        var spectra = new float[rows * 2 * fft.Slots];
        for (var row = 0; row < rows; row++)
        {
            var spectrum = spectra.AsSpan(row * 2 * fft.Slots, 2 * fft.Slots);
            fft.Forward(directions.AsSpan(row * space.Dimension, space.Dimension), spectrum[..fft.Slots], spectrum[fft.Slots..]);
        }

        var grid = SpectralCalibration.Grid(fft.Slots, spectra, rows);
        var groupsPerPage = SpectralCalibration.GroupsPerPage(fft.Slots, Math.Min(KeptSlots(compression), fft.Slots), spectra, rows);
        return new SpectralCodec(compression, space, fft, grid, groupsPerPage, deviation);
    }

    public override BlockCodec WithDeviation(float deviation) => new SpectralCodec(Compression, Space, _fft, _grid, _layout.GroupsPerPage, deviation);

    private static int KeptSlots(Compression compression) => compression switch
    {
        Compression.SpectralK64 => 64,
        Compression.SpectralK128 => 128,
        Compression.SpectralK256 => 256,
        _ => throw new UnreachableException(),
    };

    /// <summary>Little-endian: pages (int32), lane groups of each page (int32), then the steps of each slot and the deviation (float32).</summary>
    internal override byte[] SerializeBody()
    {
        var slots = _fft.Slots;
        var bytes = new byte[sizeof(int) * (1 + _layout.Pages) + sizeof(float) * (slots + 1)];
        var rest = bytes.AsSpan();
        WriteInt32(ref rest, _layout.Pages);
        foreach (var groups in _layout.GroupsPerPage)
            WriteInt32(ref rest, groups);
        foreach (var value in _grid.Steps)
            WriteInt32(ref rest, BitConverter.SingleToInt32Bits(value));
        WriteInt32(ref rest, BitConverter.SingleToInt32Bits(Deviation));

        return bytes;
    }

    internal static SpectralCodec Deserialize(Compression compression, RowSpace space, ReadOnlySpan<byte> body)
    {
        var fft = new RealFft(space.Dimension);
        var pages = SpectralLayout.PageCount(fft.Slots);
        if (body.Length != sizeof(int) * (1 + pages) + sizeof(float) * (fft.Slots + 1) || ReadInt32(ref body) != pages)
            throw CodecFormat.Corrupt($"its body is not that of dimension {space.Dimension}");

        var groupsPerPage = new int[pages];
        foreach (ref var groups in groupsPerPage.AsSpan())
        {
            groups = ReadInt32(ref body);
            if (groups is < 0 or > SpectralLayout.SlotsPerPageMax / SpectralLayout.LanesPerGroup)
                throw CodecFormat.Corrupt($"a page cannot have {groups} lane groups");
        }

        var steps = new float[fft.Slots];
        foreach (ref var step in steps.AsSpan())
            step = BitConverter.Int32BitsToSingle(ReadInt32(ref body));
        return new SpectralCodec(compression, space, fft, new SpectralGrid(steps), groupsPerPage, BitConverter.Int32BitsToSingle(ReadInt32(ref body)));
    }

    private static void WriteInt32(ref Span<byte> rest, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(rest, value);
        rest = rest[sizeof(int)..];
    }

    private static int ReadInt32(ref ReadOnlySpan<byte> rest)
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(rest);
        rest = rest[sizeof(int)..];
        return value;
    }
}
