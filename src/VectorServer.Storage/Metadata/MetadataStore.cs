using Microsoft.Data.Sqlite;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Metadata;

/// <summary>
/// Ids, metadata, sparse values and deaths of a generation's rows, in SQLite. A row is written once; a death is a row of its own table, so
/// readers of older snapshots still find what they may see. One writer; readers run beside it on connections of their own.
/// </summary>
/// <remarks>
/// Commits are not synced (journal_mode is SQLite's write-ahead mode, synchronous NORMAL): what a crash takes back is replayed from the
/// namespace's log, after <see cref="RollBackTo"/> has taken back the rest.
/// </remarks>
internal sealed partial class MetadataStore : IDisposable
{
    private const int ApplicationId = 0x5653_4D44; // "VSMD"
    private const int FormatVersion = 1;

    private const string Schema =
        """
        CREATE TABLE records (row INTEGER PRIMARY KEY, id TEXT NOT NULL, metadata TEXT, sparse BLOB);
        CREATE INDEX records_by_id ON records (id, row);
        CREATE TABLE tombstones (row INTEGER PRIMARY KEY, lsn INTEGER NOT NULL);
        """;

    // Checkpoints of SQLite's journal are ours to time; between them it may grow as the log does.
    private const string Settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -8192;";

    private readonly string _path;
    private readonly SqliteConnection _writer;
    private readonly SqliteCommand _addRow;
    private readonly SqliteCommand _addTombstone;
    private SqliteTransaction? _batch;

    private MetadataStore(string path, SqliteConnection writer)
    {
        (_path, _writer) = (path, writer);
        _addRow = Prepare(writer, "INSERT INTO records VALUES ($row, $id, $metadata, $sparse)", "$row", "$id", "$metadata", "$sparse");
        _addTombstone = Prepare(writer, "INSERT INTO tombstones VALUES ($row, $lsn)", "$row", "$lsn");
    }

    public static MetadataStore Create(string path)
    {
        var writer = Sqlite.Open(path);
        writer.Execute($"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {FormatVersion}; {Settings} {Schema}");
        return new MetadataStore(path, writer);
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: not a metadata file of this format.</exception>
    public static MetadataStore Open(string path)
    {
        try
        {
            var writer = Sqlite.Open(path, SqliteOpenMode.ReadWrite);
            if (ReadPragma(writer, "application_id") == ApplicationId && ReadPragma(writer, "user_version") == FormatVersion)
            {
                writer.Execute(Settings);
                return new MetadataStore(path, writer);
            }

            writer.Dispose();
        }
        catch (SqliteException e)
        {
            throw new StorageException(StorageErrorCode.DataCorruption, "The namespace's metadata file cannot be opened", e);
        }

        throw new StorageException(StorageErrorCode.DataCorruption, "The namespace's metadata file is of an unknown format");
    }

    /// <summary>Begins a batch: what follows is visible to readers together, at <see cref="CommitBatch"/>.</summary>
    public void BeginBatch()
    {
        _batch = _writer.BeginTransaction();
        _addRow.Transaction = _batch;
        _addTombstone.Transaction = _batch;
    }

    public void AddRow(RowId row, string id, RecordMetadata? metadata, SparseVector? sparse)
    {
        _addRow.Parameters[0].Value = row.Value;
        _addRow.Parameters[1].Value = id;
        _addRow.Parameters[2].Value = metadata is null ? DBNull.Value : System.Text.Encoding.UTF8.GetString(metadata.Json.Span);
        _addRow.Parameters[3].Value = sparse is null ? DBNull.Value : SparseVectorFormat.Encode(sparse);
        _addRow.ExecuteNonQuery();
    }

    public void AddTombstone(RowId row, Lsn lsn)
    {
        _addTombstone.Parameters[0].Value = row.Value;
        _addTombstone.Parameters[1].Value = lsn.Value;
        _addTombstone.ExecuteNonQuery();
    }

    public void CommitBatch()
    {
        _batch!.Commit();
        EndBatch();
    }

    /// <summary>Takes the batch back, if one is open.</summary>
    public void AbortBatch()
    {
        _batch?.Rollback();
        EndBatch();
    }

    /// <summary>Takes back what was committed after a checkpoint: rows from <paramref name="rowCount"/> on and later deaths.</summary>
    public void RollBackTo(int rowCount, Lsn lsn) =>
        _writer.Execute($"DELETE FROM records WHERE row >= {rowCount}; DELETE FROM tombstones WHERE lsn > {lsn.Value};");

    /// <summary>Makes everything committed durable, in the main file as far as no reader is in the way.</summary>
    public void Checkpoint()
    {
        using var command = _writer.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(PASSIVE)";
        using var reader = command.ExecuteReader();
        var folded = reader.Read() && reader.GetInt32(0) == 0 && reader.GetInt32(1) == reader.GetInt32(2);
        if (!folded)
            IO.FileSync.SyncFile(_path + "-wal"); // the rest stays in SQLite's journal, which is as good once it is synced
    }

    /// <summary>Every row and id, in row order.</summary>
    public void ReadIds(Action<RowId, string> add) =>
        ReadAll("SELECT row, id FROM records ORDER BY row", reader => add(new RowId(reader.GetInt32(0)), reader.GetString(1)));

    public void ReadTombstones(Action<RowId, Lsn> add) =>
        ReadAll("SELECT row, lsn FROM tombstones", reader => add(new RowId(reader.GetInt32(0)), new Lsn(reader.GetInt64(1))));

    /// <summary>Every row that has sparse values, in row order.</summary>
    public void ReadSparse(Action<RowId, SparseVector> add) =>
        ReadAll(
            "SELECT row, sparse FROM records WHERE sparse IS NOT NULL ORDER BY row",
            reader => add(new RowId(reader.GetInt32(0)), SparseVectorFormat.Decode(reader.GetFieldValue<byte[]>(1))));

    public void Dispose()
    {
        while (_readers.TryTake(out var reader))
            reader.Dispose();
        _addRow.Dispose();
        _addTombstone.Dispose();
        _batch?.Dispose();
        _writer.Dispose();
    }

    private void EndBatch()
    {
        _batch?.Dispose();
        _batch = null;
        _addRow.Transaction = null;
        _addTombstone.Transaction = null;
    }

    private void ReadAll(string sql, Action<SqliteDataReader> read)
    {
        using var command = _writer.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read())
            read(reader);
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string sql, params ReadOnlySpan<string> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var parameter in parameters)
            command.Parameters.AddWithValue(parameter, DBNull.Value);
        command.Prepare();
        return command;
    }

    private static int ReadPragma(SqliteConnection connection, string name)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA " + name;
        return Convert.ToInt32(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
