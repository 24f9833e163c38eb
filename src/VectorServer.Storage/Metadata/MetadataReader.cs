using Microsoft.Data.Sqlite;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Namespaces;

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
            FilterFunctions.Register(Connection);
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
                throw new StorageException(StorageErrorCode.DataCorruption, $"Row {row.Value} is missing from the metadata");

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

    public void Dispose()
    {
        _readRow.Dispose();
        _begin.Dispose();
        _end.Dispose();
        Connection.Dispose();
    }
}
