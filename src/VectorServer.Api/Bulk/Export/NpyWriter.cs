using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace VectorServer.Api.Bulk.Export;

/// <summary>Writes a NumPy file (format 1.0) of little-endian float32 rows, whose number is known at the end.</summary>
internal sealed class NpyWriter : IDisposable
{
    private const int HeaderBytes = 128;
    private const int BufferBytes = 1 << 20;

    private readonly FileStream _file;
    private readonly int _dimension;
    private long _rows;

    public NpyWriter(string path, int dimension)
    {
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, BufferBytes);
        _dimension = dimension;
        _file.Write(Header());
    }

    /// <param name="row"><c>[dimension]</c>.</param>
    public void Write(ReadOnlySpan<float> row)
    {
        _file.Write(MemoryMarshal.AsBytes(row));
        _rows++;
    }

    /// <summary>Counts the rows in the header and makes the file durable.</summary>
    public void Complete()
    {
        _file.Position = 0;
        _file.Write(Header());
        _file.Flush(flushToDisk: true);
    }

    public void Dispose() => _file.Dispose();

    private byte[] Header()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({_rows}, {_dimension}), }}");
        return [0x93, .. "NUMPY"u8, 1, 0, HeaderBytes - 10, 0, .. Encoding.ASCII.GetBytes(text.PadRight(HeaderBytes - 11)), (byte)'\n'];
    }
}
