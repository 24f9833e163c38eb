using System.Text;
using System.Text.Json;
using VectorServer.Storage.Model;

namespace VectorServer.Storage.Columns;

/// <summary>The metadata of rows as one <see cref="Column"/> a field. One writer; readers need no lock.</summary>
internal sealed partial class FieldColumns
{
    private readonly KeyTable _fields = new();
    private Column[] _columns = [];

    /// <summary>Bytes of memory; counted on each call.</summary>
    public long Bytes => _fields.Bytes + _columns.Take(_fields.Count).Sum(column => column.Bytes);

    /// <summary>Adds what a row has.</summary>
    /// <param name="row">Above all rows added before.</param>
    /// <param name="metadata">A record's canonical JSON.</param>
    public void Add(int row, ReadOnlySpan<byte> metadata)
    {
        var reader = new Utf8JsonReader(metadata);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var column = GetOrAdd(Quoted(metadata, reader));
            reader.Read();
            AddValue(column, row, metadata, ref reader);
        }
    }

    /// <summary>The column of a field; null while no row has it.</summary>
    public Column? Find(string field)
    {
        Span<byte> buffer = stackalloc byte[ColumnKey.BytesMax];
        var number = _fields.Find(ColumnKey.Of(Encoding.UTF8.GetBytes(CanonicalJson.QuoteKey(field)), buffer));
        return number == KeyTable.None ? null : Volatile.Read(ref _columns)[number];
    }

    private static void AddValue(Column column, int row, ReadOnlySpan<byte> metadata, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                column.Add(row, reader.ValueSpan, reader.GetDouble());
                break;
            case JsonTokenType.String:
                column.Add(row, Quoted(metadata, reader), double.NaN);
                break;
            case JsonTokenType.StartArray:
                var isEmpty = true;
                for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; isEmpty = false)
                    column.Add(row, Quoted(metadata, reader), double.NaN);
                if (isEmpty)
                    column.Add(row, "[]"u8, double.NaN); // the field is there, and equals no operand
                break;
            default:
                column.Add(row, reader.ValueSpan, double.NaN);
                break;
        }
    }

    /// <summary>A name or string as it stands in the JSON, between its quotes.</summary>
    private static ReadOnlySpan<byte> Quoted(ReadOnlySpan<byte> metadata, in Utf8JsonReader reader) =>
        metadata.Slice((int)reader.TokenStartIndex, reader.ValueSpan.Length + 2);

    private Column GetOrAdd(ReadOnlySpan<byte> name)
    {
        Span<byte> buffer = stackalloc byte[ColumnKey.BytesMax];
        var key = ColumnKey.Of(name, buffer);
        var known = _fields.Find(key);
        if (known != KeyTable.None)
            return _columns[known];

        // The column is there before its name can be found.
        var number = _fields.Count;
        if (number == _columns.Length)
        {
            var grown = new Column[Math.Max(8, _columns.Length * 2)];
            _columns.CopyTo(grown, 0);
            Volatile.Write(ref _columns, grown);
        }

        _columns[number] = new Column();
        _fields.GetOrAdd(key);
        return _columns[number];
    }
}
