using System.Buffers.Binary;
using System.Diagnostics;
using VectorServer.Storage.Codecs.Fourier;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Codecs.Spectral;

internal sealed partial class SpectralCodec
{
    // 4096 rows of 1024 components: calibration reads no more than 16 MiB, for less than half a second.
    private const int SampleRowsMax = 4096;
    private const int SampleFloatsMax = 4 << 20;

    internal static new SpectralCodec Train(Compression compression, Metric metric, int dimension, ReadOnlySpan<float> sample)
    {
        if (dimension < 1 || sample.Length % dimension != 0)
            throw new ArgumentException($"A sample of dimension {dimension} is whole rows.");

        var fft = new RealFft(dimension);
        var spectra = SampleSpectra(fft, sample, out var rows);
        var grid = SpectralCalibration.Grid(fft.Slots, spectra, rows);
        var groupsPerPage = SpectralCalibration.GroupsPerPage(fft.Slots, Math.Min(KeptSlots(compression), fft.Slots), spectra, rows);
        return new SpectralCodec(compression, metric, fft, grid, groupsPerPage);
    }

    /// <summary>Unit spectra of up to some thousand rows spread evenly over the sample, <c>[rows][re slots, im slots]</c>.</summary>
    private static float[] SampleSpectra(RealFft fft, ReadOnlySpan<float> sample, out int rows)
    {
        var available = sample.Length / fft.Dimension;
        var limit = Math.Min(SampleRowsMax, Math.Max(1, SampleFloatsMax / fft.Dimension));
        var spectra = new float[Math.Min(available, limit) * 2 * fft.Slots];
        rows = 0;
        for (var i = 0; i < Math.Min(available, limit); i++)
        {
            var row = (int)((long)i * available / Math.Min(available, limit));
            var spectrum = spectra.AsSpan(rows * 2 * fft.Slots, 2 * fft.Slots);
            var length = UnitSpectrum.Compute(fft, sample.Slice(row * fft.Dimension, fft.Dimension), spectrum[..fft.Slots], spectrum[fft.Slots..]);
            if (length > 0)
                rows++;
        }

        return spectra;
    }

    private static int KeptSlots(Compression compression) => compression switch
    {
        Compression.SpectralK64 => 64,
        Compression.SpectralK128 => 128,
        Compression.SpectralK256 => 256,
        _ => throw new UnreachableException(),
    };

    /// <summary>Little-endian: pages (int32), lane groups of each page (int32), then steps, mean re and mean im of each slot (float32).</summary>
    internal override byte[] SerializeBody()
    {
        var slots = _fft.Slots;
        var bytes = new byte[sizeof(int) * (1 + _layout.Pages) + sizeof(float) * 3 * slots];
        var rest = bytes.AsSpan();
        WriteInt32(ref rest, _layout.Pages);
        foreach (var groups in _layout.GroupsPerPage)
            WriteInt32(ref rest, groups);
        foreach (var values in new[] { _grid.Steps, _grid.MeanRe, _grid.MeanIm })
        {
            foreach (var value in values)
                WriteInt32(ref rest, BitConverter.SingleToInt32Bits(value));
        }

        return bytes;
    }

    internal static SpectralCodec Deserialize(Compression compression, Metric metric, int dimension, ReadOnlySpan<byte> body)
    {
        if (dimension < 1 || !Enum.IsDefined(metric))
            throw CodecFormat.Corrupt($"metric {(int)metric} and dimension {dimension} make no code");

        var fft = new RealFft(dimension);
        var pages = SpectralLayout.PageCount(fft.Slots);
        if (body.Length != sizeof(int) * (1 + pages) + sizeof(float) * 3 * fft.Slots || ReadInt32(ref body) != pages)
            throw CodecFormat.Corrupt($"its body is not that of dimension {dimension}");

        var groupsPerPage = new int[pages];
        foreach (ref var groups in groupsPerPage.AsSpan())
        {
            groups = ReadInt32(ref body);
            if (groups is < 0 or > SpectralLayout.SlotsPerPageMax / SpectralLayout.LanesPerGroup)
                throw CodecFormat.Corrupt($"a page cannot have {groups} lane groups");
        }

        var values = new float[3][];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = new float[fft.Slots];
            foreach (ref var value in values[i].AsSpan())
                value = BitConverter.Int32BitsToSingle(ReadInt32(ref body));
        }

        return new SpectralCodec(compression, metric, fft, new SpectralGrid(meanRe: values[1], meanIm: values[2], steps: values[0]), groupsPerPage);
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
