using Microsoft.Data.Sqlite;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Metadata;

/// <summary>One read-only connection with its statements. One thread at a time; <see cref="MetadataStore"/> keeps a pool of them.</summary>
internal sealed class MetadataReader : IDisposable
{
    private readonly SqliteStatement _readRow;

    /// <param name="path">A file that its writer has open.</param>
    public MetadataReader(string path)
    {
        Connection = Sqlite.Open(path, SqliteOpenMode.ReadOnly);
        try
        {
            Sqlite.Execute(Connection, MetadataSchema.ReaderSettings);
            _readRow = new SqliteStatement(Connection, MetadataSchema.ReadRow);
        }
        catch
        {
            Connection.Dispose();
            throw;
        }
    }

    public SqliteConnection Connection { get; }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: the row is not there.</exception>
    public RowDetails Read(RowId row, bool includeMetadata, bool includeSparse)
    {
        try
        {
            _readRow.Bind(1, row.Value);
            if (!_readRow.Step())
                throw new StorageException(StorageErrorCode.DataCorruption, $"Row {row.Value} is missing from the metadata");

            var metadata = includeMetadata && !_readRow.IsNull(0) ? RecordMetadata.FromStored(_readRow.GetBytes(0).ToArray()) : null;
            var sparse = includeSparse && !_readRow.IsNull(1) ? SparseVectorFormat.Read(_readRow.GetBytes(1)) : null;
            return new RowDetails(metadata, sparse);
        }
        finally
        {
            _readRow.Reset();
        }
    }

    public void Dispose()
    {
        _readRow.Dispose();
        Connection.Dispose();
    }
}
