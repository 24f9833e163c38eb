using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace VectorServer.Storage.Metadata;

/// <summary>
/// A prepared statement without the allocations of ADO.NET: values go in and come out as spans. Parameters count from 1, columns from 0.
/// One thread at a time.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Sqlite.Check(raw.sqlite3_prepare_v2(_database, sql, out _statement), _database);
    }

    public void Bind(int parameter, long value) => Sqlite.Check(raw.sqlite3_bind_int64(_statement, parameter, value), _database);

    public void Bind(int parameter, double value) => Sqlite.Check(raw.sqlite3_bind_double(_statement, parameter, value), _database);

    public void BindNull(int parameter) => Sqlite.Check(raw.sqlite3_bind_null(_statement, parameter), _database);

    public void BindText(int parameter, string value) => BindText(parameter, Encoding.UTF8.GetBytes(value));

    /// <param name="parameter">From 1.</param>
    /// <param name="utf8">Copied.</param>
    public void BindText(int parameter, ReadOnlySpan<byte> utf8)
    {
        // The binding passes an empty span as a null pointer, which SQLite takes for NULL.
        var code = utf8.IsEmpty ? raw.sqlite3_bind_text(_statement, parameter, "") : raw.sqlite3_bind_text(_statement, parameter, utf8);
        Sqlite.Check(code, _database);
    }

    /// <param name="parameter">From 1.</param>
    /// <param name="bytes">Not empty; copied.</param>
    public void BindBlob(int parameter, ReadOnlySpan<byte> bytes) => Sqlite.Check(raw.sqlite3_bind_blob(_statement, parameter, bytes), _database);

    /// <summary>Moves to the next row; false at the end.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        Sqlite.Check(code, _database);
        return code == raw.SQLITE_ROW;
    }

    /// <summary>Runs a statement without rows and makes it ready to run again.</summary>
    public void Run()
    {
        try
        {
            Step();
        }
        finally
        {
            Reset();
        }
    }

    public long GetInt64(int column) => raw.sqlite3_column_int64(_statement, column);

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public bool IsText(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_TEXT;

    /// <summary>The bytes of a text or a blob, valid until the next step; empty for NULL.</summary>
    public ReadOnlySpan<byte> GetBytes(int column) => raw.sqlite3_column_blob(_statement, column);

    /// <summary>Ends the current run and its read lock; bound values stay. A failure was thrown by the step that met it.</summary>
    public void Reset() => raw.sqlite3_reset(_statement);

    public void Dispose() => _statement.Dispose();
}
