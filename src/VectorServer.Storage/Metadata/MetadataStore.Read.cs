using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Metadata;

/// <summary>The parts of a row that SQLite keeps.</summary>
internal readonly record struct RowParts(RecordMetadata? Metadata, SparseVector? Sparse);

internal sealed partial class MetadataStore
{
    private readonly ConcurrentBag<Reader> _readers = [];

    /// <summary>Metadata and sparse values of one row.</summary>
    public RowParts Read(RowId row) => Read([row.Value], metadata: true, sparse: true)[0];

    /// <summary>The parts asked for of each row, in the order asked.</summary>
    public RowParts[] Read(ReadOnlySpan<int> rows, bool metadata, bool sparse)
    {
        using var rented = Rent();
        var parts = new RowParts[rows.Length];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = rented.Reader.Read(rows[i], metadata, sparse);
        return parts;
    }

    /// <summary>Adds to <paramref name="rows"/> every row below <paramref name="rowCount"/>, dead or alive, that satisfies the filter.</summary>
    public void Match(Filter filter, int rowCount, RowSet rows)
    {
        using var rented = Rent();
        using var command = rented.Reader.Connection.CreateCommand();
        var condition = FilterCompiler.Compile(filter, command);
        command.CommandText = $"SELECT row FROM records r WHERE row < $row_count AND {condition}";
        command.Parameters.AddWithValue("$row_count", rowCount);
        using var reader = command.ExecuteReader();
        while (reader.Read())
            rows.Add(reader.GetInt32(0));
    }

    /// <summary>Hands on rows below <paramref name="rowCount"/>, dead or alive, in byte order of their ids, until <paramref name="take"/> is false.</summary>
    /// <param name="prefix">Only ids that begin with it.</param>
    /// <param name="afterId">Only ids behind it.</param>
    /// <param name="filter">Only rows that satisfy it.</param>
    /// <param name="rowCount">The reader's snapshot.</param>
    /// <param name="take">Receives a row; false stops.</param>
    public void ReadInIdOrder(string? prefix, string? afterId, Filter? filter, int rowCount, Func<RowId, bool> take)
    {
        using var rented = Rent();
        using var command = rented.Reader.Connection.CreateCommand();
        var conditions = new List<string> { "row < $row_count" };
        command.Parameters.AddWithValue("$row_count", rowCount);
        if (!string.IsNullOrEmpty(prefix))
        {
            // Ids are ASCII, so U+0080 is behind every id that begins with the prefix.
            conditions.Add("id >= $prefix AND id < $prefix_end");
            command.Parameters.AddWithValue("$prefix", prefix);
            command.Parameters.AddWithValue("$prefix_end", prefix + "\u0080");
        }

        if (afterId is not null)
        {
            conditions.Add("id > $after");
            command.Parameters.AddWithValue("$after", afterId);
        }

        if (filter is not null)
            conditions.Add(FilterCompiler.Compile(filter, command));
        command.CommandText = $"SELECT row FROM records r WHERE {string.Join(" AND ", conditions)} ORDER BY id";
        using var reader = command.ExecuteReader();
        while (reader.Read() && take(new RowId(reader.GetInt32(0))))
        {
        }
    }

    private Rental Rent()
    {
        if (_readers.TryTake(out var reader))
            return new Rental(reader, _readers);
        try
        {
            return new Rental(new Reader(_path), _readers);
        }
        catch (SqliteException e) when (!File.Exists(_path))
        {
            throw new StorageException(StorageErrorCode.NotFound, "Namespace not found", e); // removed while this reader was at work
        }
    }

    /// <summary>A read-only connection with its prepared lookup.</summary>
    private sealed class Reader : IDisposable
    {
        private readonly SqliteCommand _lookup;

        public Reader(string path)
        {
            Connection = Sqlite.Open(path, SqliteOpenMode.ReadOnly);
            Connection.Execute("PRAGMA cache_size = -4096; PRAGMA mmap_size = 268435456;");
            _lookup = Prepare(Connection, "SELECT CAST(metadata AS BLOB), sparse FROM records WHERE row = $row", "$row");
        }

        public SqliteConnection Connection { get; }

        public RowParts Read(int row, bool metadata, bool sparse)
        {
            _lookup.Parameters[0].Value = row;
            using var reader = _lookup.ExecuteReader();
            if (!reader.Read())
                throw new StorageException(StorageErrorCode.DataCorruption, "The namespace's metadata lacks a row that its vectors have");
            return new RowParts(
                metadata && !reader.IsDBNull(0) ? RecordMetadata.FromStored(reader.GetFieldValue<byte[]>(0)) : null,
                sparse && !reader.IsDBNull(1) ? SparseVectorFormat.Decode(reader.GetFieldValue<byte[]>(1)) : null);
        }

        public void Dispose()
        {
            _lookup.Dispose();
            Connection.Dispose();
        }
    }

    /// <summary>Gives the reader back when disposed.</summary>
    private readonly struct Rental(Reader reader, ConcurrentBag<Reader> pool) : IDisposable
    {
        public Reader Reader { get; } = reader;

        public void Dispose() => pool.Add(Reader);
    }
}
