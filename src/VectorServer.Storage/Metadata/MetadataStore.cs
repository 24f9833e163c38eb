using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using VectorServer.Storage.IO;
using VectorServer.Storage.Model;

namespace VectorServer.Storage.Metadata;

/// <summary>Told of each record at load, in row order; the id's bytes are ASCII and valid during the call only.</summary>
internal delegate void IdVisitor(RowId row, ReadOnlySpan<byte> id);

/// <summary>Told of the metadata of each row, in row order: canonical JSON, empty for none; valid during the call only.</summary>
internal delegate void MetadataVisitor(RowId row, ReadOnlySpan<byte> metadata);

/// <summary>What SQLite keeps of a row beside its id.</summary>
internal readonly record struct RowDetails(RecordMetadata? Metadata, SparseVector? Sparse);

/// <summary>
/// The metadata file of one namespace generation: ids, metadata and sparse vectors by row, and tombstones. One thread writes; any
/// number read at the same time, and see every committed batch. See <see cref="MetadataSchema"/> for the tables.
/// </summary>
internal sealed partial class MetadataStore : IDisposable
{
    private const int ReadersKept = 4; // each has two files open

    private readonly Disk _disk;
    private readonly string _path;
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _addRow;
    private readonly SqliteStatement _addTombstone;
    private readonly ConcurrentBag<MetadataReader> _readers = [];
    private int _readerCount; // in the bag
    private volatile bool _pathLeft;
    private volatile bool _disposed;

    private MetadataStore(Disk disk, string path, SqliteConnection connection)
    {
        _disk = disk;
        _path = path;
        _connection = connection;
        _addRow = new SqliteStatement(connection, MetadataSchema.AddRow);
        _addTombstone = new SqliteStatement(connection, MetadataSchema.AddTombstone);
    }

    /// <summary>Makes a new file; the caller syncs the directory.</summary>
    /// <param name="disk">Is told of what SQLite writes.</param>
    /// <param name="path">Must not exist.</param>
    public static MetadataStore Create(Disk disk, string path)
    {
        if (File.Exists(path))
            throw new StorageException(StorageErrorCode.FailedPrecondition, "A metadata file to be created exists already");
        return Start(disk, path, SqliteOpenMode.ReadWriteCreate, connection => Sqlite.Execute(connection, MetadataSchema.CreateTables));
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: not a metadata file, or one of another format version.</exception>
    public static MetadataStore Open(Disk disk, string path) => Start(disk, path, SqliteOpenMode.ReadWrite, CheckFormat);

    /// <summary>Makes the index of ids of a closed file anew from its rows; false where the old one is too damaged even to be cleared.</summary>
    public static bool TryRebuildIdIndex(string path)
    {
        using var connection = Sqlite.Open(path, SqliteOpenMode.ReadWrite);
        try
        {
            Sqlite.Execute(connection, "PRAGMA synchronous = FULL; REINDEX records_by_id");
            return true;
        }
        catch (StorageException e) when (e.Code == StorageErrorCode.DataCorruption)
        {
            return false;
        }
    }

    /// <summary>
    /// Ahead of the file's removal: the path may become another file's, so no more connections are opened there. A reader that would
    /// need one finds the namespace gone.
    /// </summary>
    public void LeavePath() => _pathLeft = true;

    /// <summary>Closes the writer's connection: another store writes the file from now on, and readers read on.</summary>
    public void StopWriting()
    {
        _addRow.Dispose();
        _addTombstone.Dispose();
        _connection.Dispose();
    }

    /// <summary>Folds the journal in where it can, and closes every connection. No reader may be at work.</summary>
    public void Dispose()
    {
        _disposed = true;
        while (_readers.TryTake(out var reader))
            reader.Dispose();
        StopWriting();
    }

    private static MetadataStore Start(Disk disk, string path, SqliteOpenMode mode, Action<SqliteConnection> prepare)
    {
        disk.SqliteWrites(path);
        var connection = Sqlite.Open(path, mode);
        try
        {
            Sqlite.Execute(connection, MetadataSchema.WriterSettings);
            prepare(connection);
            return new MetadataStore(disk, path, connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: not a file of ours, or of another version.</exception>
    public static void CheckFormat(SqliteConnection connection)
    {
        var application = Sqlite.ReadInt64(connection, "PRAGMA application_id");
        if (application != MetadataSchema.ApplicationId)
            throw new StorageException(StorageErrorCode.DataCorruption, "A metadata file has the marks of another program");
        var version = Sqlite.ReadInt64(connection, "PRAGMA user_version");
        if (version != MetadataSchema.FormatVersion)
            throw new StorageException(StorageErrorCode.DataCorruption,
                $"A metadata file has format version {version}, this program reads {MetadataSchema.FormatVersion}");

        // One bit of the header makes it a later version's, which SQLite only reads.
        if (raw.sqlite3_db_readonly(connection.Handle, "main") == 1 && IsWritable(connection.DataSource))
            throw new StorageException(StorageErrorCode.DataCorruption, "A metadata file has the marks of another version of SQLite");
    }

    private static bool IsWritable(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (Exception e) when (e.IsDiskError())
        {
            return false;
        }
    }
}
