using Microsoft.Data.Sqlite;
using SQLitePCL;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Metadata;

/// <summary>Opens SQLite files and turns SQLite's errors into the engine's.</summary>
internal static class Sqlite
{
    /// <summary>
    /// Makes every commit durable. A commit is the removal of the rollback journal, and FULL does not sync the directory after it: a power
    /// loss may bring the journal back, which takes the commit back. EXTRA does.
    /// </summary>
    public const string DurableCommits = "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA fullfsync = 1;";

    // Locks are held for milliseconds; a checkpoint waits this long for the last reader of an older state.
    private const int BusyTimeoutMs = 10_000;

    /// <summary>Opens a connection of its own, unpooled, so that closing it closes the file.</summary>
    /// <exception cref="StorageException">The file is not a database, is damaged, or cannot be opened.</exception>
    public static SqliteConnection Open(string path, SqliteOpenMode mode = SqliteOpenMode.ReadWriteCreate)
    {
        var builder = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Cache = SqliteCacheMode.Private, Pooling = false };
        var connection = new SqliteConnection(builder.ToString());
        try
        {
            connection.Open();
            raw.sqlite3_busy_timeout(connection.Handle, BusyTimeoutMs);
            return connection;
        }
        catch (SqliteException failure)
        {
            connection.Dispose();
            throw mode != SqliteOpenMode.ReadWriteCreate && failure.SqliteErrorCode == raw.SQLITE_CANTOPEN && WhatIsWrongWith(path) is { } cause
                ? new StorageException(StorageErrorCode.DataCorruption, "A metadata file is missing or cannot be read", cause)
                : Translate(failure);
        }
    }

    /// <summary>Runs statements that answer nothing.</summary>
    public static void Execute(SqliteConnection connection, string sql) => Check(raw.sqlite3_exec(connection.Handle, sql), connection.Handle!);

    /// <summary>The first column of the first row.</summary>
    public static long ReadInt64(SqliteConnection connection, string sql)
    {
        using var statement = new SqliteStatement(connection, sql);
        return statement.Step() ? statement.GetInt64(0) : 0;
    }

    /// <summary>Throws unless the code is one of success.</summary>
    public static void Check(int code, sqlite3 database)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            throw Translate(new SqliteException(raw.sqlite3_errmsg(database).utf8_to_string(), code & 0xFF, code));
    }

    /// <summary>What a caller can act on becomes a <see cref="StorageException"/>; a wrong statement stays what it is.</summary>
    public static Exception Translate(SqliteException failure) => failure.SqliteErrorCode switch
    {
        // SQLITE_ERROR is a statement that does not fit the tables: statements do not change, so the tables did.
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_FORMAT or raw.SQLITE_ERROR =>
            new StorageException(StorageErrorCode.DataCorruption, "A metadata file is damaged", failure),
        raw.SQLITE_FULL => new StorageException(StorageErrorCode.OutOfSpace, "The disk is full", failure),
        raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_BUSY or raw.SQLITE_NOMEM or raw.SQLITE_PERM =>
            new StorageException(StorageErrorCode.Unavailable, "A metadata file cannot be read or written", failure),
        _ => failure,
    };

    /// <summary>SQLite has one code for a file that is not there and for a process without file handles: the file itself is asked.</summary>
    private static Exception? WhatIsWrongWith(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete).Dispose();
            return null;
        }
        catch (Exception e) when (e.IsDiskError())
        {
            return e.IsOfTheFile() ? e : null;
        }
    }
}
