using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace VectorServer.DataKinds;

/// <summary>A whole two-dimensional .npy file in memory: float16 or float32 as float32, or int32.</summary>
public static partial class NpyFile
{
    public static (float[] Values, int Rows, int Columns) ReadFloats(string path)
    {
        var (type, rows, columns, data) = Read(path);
        float[] values = type switch
        {
            "<f4" => MemoryMarshal.Cast<byte, float>(data).ToArray(),
            "<f2" => [.. MemoryMarshal.Cast<byte, Half>(data).ToArray().Select(value => (float)value)],
            _ => throw new InvalidDataException($"{Path.GetFileName(path)} holds {type}, not floats."),
        };
        return (values, rows, columns);
    }

    public static (int[] Values, int Rows, int Columns) ReadIntegers(string path)
    {
        var (type, rows, columns, data) = Read(path);
        return type == "<i4"
            ? (MemoryMarshal.Cast<byte, int>(data).ToArray(), rows, columns)
            : throw new InvalidDataException($"{Path.GetFileName(path)} holds {type}, not int32.");
    }

    public static void WriteFloats(string path, ReadOnlySpan<float> values, int columns) => Write(path, "<f4", values, columns);

    public static void WriteIntegers(string path, ReadOnlySpan<int> values, int columns) => Write(path, "<i4", values, columns);

    private static void Write<T>(string path, string type, ReadOnlySpan<T> values, int columns)
        where T : unmanaged
    {
        const int prefix = 10; // magic, version, length of the header
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({values.Length / columns}, {columns}), }}";
        header = header.PadRight((prefix + header.Length) / 64 * 64 + 64 - prefix - 1) + "\n"; // the data is aligned
        using var file = File.Create(path);
        file.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. Encoding.Latin1.GetBytes(header)]);
        file.Write(MemoryMarshal.AsBytes(values));
    }

    private static (string Type, int Rows, int Columns, byte[] Data) Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var isFirstVersion = bytes[6] == 1; // a header length of two bytes instead of four
        var headerStart = isFirstVersion ? 10 : 12;
        var headerLength = isFirstVersion ? BitConverter.ToUInt16(bytes, 8) : BitConverter.ToInt32(bytes, 8);
        var header = Header().Match(Encoding.Latin1.GetString(bytes, headerStart, headerLength));
        if (!header.Success)
            throw new InvalidDataException($"{Path.GetFileName(path)} is not a two-dimensional row-major array.");

        return (
            header.Groups["type"].Value,
            int.Parse(header.Groups["rows"].Value, CultureInfo.InvariantCulture),
            int.Parse(header.Groups["columns"].Value, CultureInfo.InvariantCulture),
            bytes[(headerStart + headerLength)..]);
    }

    [GeneratedRegex(@"'descr': '(?<type>[^']+)', 'fortran_order': False, 'shape': \( *(?<rows>\d+), (?<columns>\d+)\)")]
    private static partial Regex Header();
}
