using System.Buffers;

namespace VectorServer.Api.Wire.Data;

/// <summary>Float32 values gathered in rented memory while a list is read; dispose it once they are copied.</summary>
internal sealed class Float32List : IDisposable
{
    private const int CapacityMin = 2048; // most embeddings fit

    private float[] _values = ArrayPool<float>.Shared.Rent(CapacityMin);
    private int _count;

    public void Add(float value)
    {
        if (_count == _values.Length)
            Grow();
        _values[_count++] = value;
    }

    /// <summary>Scans a list of numbers, in place of what was gathered so far.</summary>
    /// <param name="json">Begins behind the list's bracket.</param>
    /// <param name="end">Where its closing bracket is.</param>
    /// <returns>False where the list is not JSON, ends nowhere, or holds something else; then nothing is gathered.</returns>
    public bool TryScan(ReadOnlySpan<byte> json, out int end)
    {
        _count = 0;
        end = SkipWhitespace(json, 0);
        if ((uint)end < (uint)json.Length && json[end] == ']')
            return true;

        while (Float32Text.TryScan(json, ref end, out var value))
        {
            Add(value);
            end = SkipWhitespace(json, end);
            if ((uint)end >= (uint)json.Length)
                break;
            if (json[end] == ']')
                return true;
            if (json[end] != ',')
                break;
            end = SkipWhitespace(json, end + 1);
        }

        _count = 0;
        return false;
    }

    public float[] ToArray() => _values.AsSpan(0, _count).ToArray();

    public void Dispose() => ArrayPool<float>.Shared.Return(_values);

    private static int SkipWhitespace(ReadOnlySpan<byte> json, int i)
    {
        while ((uint)i < (uint)json.Length && json[i] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            i++;
        return i;
    }

    private void Grow()
    {
        var larger = ArrayPool<float>.Shared.Rent(_values.Length * 2);
        _values.CopyTo(larger, 0);
        ArrayPool<float>.Shared.Return(_values);
        _values = larger;
    }
}
