using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace VectorServer.Api.Bulk.Import;

/// <summary>
/// Reads the rows of a NumPy matrix, one after another: little-endian float16, float32 or float64 in C order, format 1 to 3
/// (numpy.lib.format).
/// </summary>
internal sealed partial class NpyReader : IDisposable
{
    private const int HeaderBytesMax = 1 << 20;
    private const int BufferBytes = 1 << 20;

    private readonly FileStream _file;
    private readonly int _componentBytes;
    private readonly byte[] _row;

    /// <exception cref="BulkException">Not such a matrix, of another dimension, or shorter or longer than its header says.</exception>
    public NpyReader(string path, int dimension)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan);
        try
        {
            var header = ReadHeader();
            if (Order().Match(header).Groups[1].Value != "False")
                throw new BulkException("the .npy file must be in C order (fortran_order False)");
            _componentBytes = Descr().Match(header).Groups[1].Value switch
            {
                "<f4" => sizeof(float),
                "<f8" => sizeof(double),
                "<f2" => 2,
                var other => throw new BulkException($"the .npy file must hold float32 ('<f4'), float64 or float16, little-endian, got '{other}'"),
            };
            Rows = ReadShape(header, dimension);
            _row = new byte[dimension * _componentBytes];
            var expected = _file.Position + ((Int128)Rows * _row.Length);
            if (_file.Length != expected)
                throw new BulkException($"the .npy file has {_file.Length} bytes, its header says {expected}");
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public long Rows { get; }

    /// <summary>The next row, <c>[dimension]</c>, or a step over it.</summary>
    public float[] Read()
    {
        _file.ReadExactly(_row);
        var values = new float[_row.Length / _componentBytes];
        switch (_componentBytes)
        {
            case sizeof(float):
                MemoryMarshal.Cast<byte, float>(_row).CopyTo(values);
                break;
            case sizeof(double):
                for (var i = 0; i < values.Length; i++)
                    values[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(_row.AsSpan(i * sizeof(double)));
                break;
            default:
                for (var i = 0; i < values.Length; i++)
                    values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(_row.AsSpan(i * 2));
                break;
        }

        return values;
    }

    public void Dispose() => _file.Dispose();

    private string ReadHeader()
    {
        Span<byte> start = stackalloc byte[12];
        if (_file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !IsMagic(start))
            throw NotNpy();
        var length = start[6] switch
        {
            1 => BinaryPrimitives.ReadUInt16LittleEndian(start[8..]),
            2 or 3 => BinaryPrimitives.ReadUInt32LittleEndian(start[8..]),
            _ => throw NotNpy(),
        };
        if (length > HeaderBytesMax)
            throw NotNpy();

        _file.Position = start[6] == 1 ? 10 : 12;
        var header = new byte[length];
        return _file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length ? Encoding.Latin1.GetString(header) : throw NotNpy();
    }

    private static long ReadShape(string header, int dimension)
    {
        if (Shape().Match(header) is not { Success: true } shape || !long.TryParse(shape.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var rows))
            throw new BulkException("the .npy file must hold a matrix of two dimensions");
        return int.TryParse(shape.Groups[2].ValueSpan, CultureInfo.InvariantCulture, out var columns) && columns == dimension
            ? rows
            : throw new BulkException($"the .npy file has rows of {shape.Groups[2].Value} components, the index has the dimension {dimension}");
    }

    private static BulkException NotNpy() => new("the .npy file does not begin as one");

    private static bool IsMagic(ReadOnlySpan<byte> start) => start[0] == 0x93 && start[1..6].SequenceEqual("NUMPY"u8);

    [GeneratedRegex(@"'descr'\s*:\s*'([^']*)'")]
    private static partial Regex Descr();

    [GeneratedRegex(@"'fortran_order'\s*:\s*(True|False)")]
    private static partial Regex Order();

    [GeneratedRegex(@"'shape'\s*:\s*\(\s*(\d+)L?\s*,\s*(\d+)L?\s*,?\s*\)")]
    private static partial Regex Shape();
}
