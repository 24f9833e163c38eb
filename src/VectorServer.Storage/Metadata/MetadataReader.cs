using Microsoft.Data.Sqlite;
using VectorServer.Storage.Model;

namespace VectorServer.Storage.Metadata;

/// <summary>One read-only connection with its statements. One thread at a time; <see cref="MetadataStore"/> keeps a pool of them.</summary>
internal sealed class MetadataReader : IDisposable
{
    private readonly SqliteStatement _readRow;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _end;

    /// <param name="path">A file that its writer has open.</param>
    public MetadataReader(string path)
    {
        Connection = Sqlite.Open(path, SqliteOpenMode.ReadOnly);
        try
        {
            Sqlite.Execute(Connection, MetadataSchema.ReaderSettings);
            _readRow = new SqliteStatement(Connection, MetadataSchema.ReadRow);
            _begin = new SqliteStatement(Connection, "BEGIN");
            _end = new SqliteStatement(Connection, "ROLLBACK");
        }
        catch
        {
            Connection.Dispose();
            throw;
        }
    }

    public SqliteConnection Connection { get; }

    /// <inheritdoc cref="MetadataStore.Hydrate"/>
    public void Read(ReadOnlySpan<RowId> rows, bool includeMetadata, bool includeSparse, Span<RowDetails> details)
    {
        // One transaction: file locks are taken once, not once a row.
        _begin.Run();
        try
        {
            for (var i = 0; i < rows.Length; i++)
                details[i] = Read(rows[i], includeMetadata, includeSparse);
        }
        finally
        {
            _end.Run();
        }
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: the row is not there, or does not match its checksum.</exception>
    public RowDetails Read(RowId row, bool includeMetadata, bool includeSparse)
    {
        try
        {
            _readRow.Bind(1, row.Value);
            if (!_readRow.Step())
                throw Missing(row);

            var metadata = _readRow.GetBytes(1);
            var sparse = _readRow.GetBytes(2);
            RowChecksum.CheckContent(_readRow.GetInt64(0), row, metadata, sparse);
            return new RowDetails(
                includeMetadata && !metadata.IsEmpty ? RecordMetadata.FromStored(metadata.ToArray()) : null,
                includeSparse && !sparse.IsEmpty ? SparseVectorFormat.Read(sparse) : null);
        }
        finally
        {
            _readRow.Reset();
        }
    }

    /// <inheritdoc cref="MetadataStore.ReadMetadata"/>
    public void ReadMetadata(int firstRow, int rowCount, MetadataVisitor visit)
    {
        using var rows = new SqliteStatement(Connection, MetadataSchema.ReadRows);
        rows.Bind(1, firstRow);
        rows.Bind(2, rowCount);
        for (var number = firstRow; number < rowCount; number++)
        {
            var row = new RowId(number);
            if (!rows.Step() || rows.GetInt64(0) != number)
                throw Missing(row);
            var metadata = rows.GetBytes(2);
            RowChecksum.CheckContent(rows.GetInt64(1), row, metadata, rows.GetBytes(3));
            visit(row, metadata);
        }
    }

    public void Dispose()
    {
        _readRow.Dispose();
        _begin.Dispose();
        _end.Dispose();
        Connection.Dispose();
    }

    private static StorageException Missing(RowId row) =>
        new(StorageErrorCode.DataCorruption, $"Row {row.Value} is missing from the metadata");
}
