using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using VectorServer.Storage.Integrity;
using VectorServer.Storage.IO;
using VectorServer.Storage.Metadata;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Registry;

/// <summary>
/// <c>registry.db</c>, which holds what no directory of an index says. Every change is durable when the method returns. Thread-safe.
/// </summary>
/// <remarks>
/// Beside it lies <c>registry.copy</c>, its bytes and their checksum, removed before a change and written again after it: where there is a
/// whole copy, the file equals it or is damaged, and the copy takes its place.
/// </remarks>
internal sealed class RegistryFile : IDisposable
{
    private const string Schema =
        """
        CREATE TABLE IF NOT EXISTS indexes (
            name TEXT PRIMARY KEY,
            id TEXT NOT NULL,
            vector_type INTEGER NOT NULL,
            dimension INTEGER NOT NULL,
            metric INTEGER NOT NULL,
            compression INTEGER NOT NULL,
            created_at TEXT NOT NULL,
            attributes TEXT NOT NULL,
            search TEXT NOT NULL DEFAULT '{}',
            checksum INTEGER NULL,
            unfinished INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS documents (
            kind TEXT NOT NULL, key TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (kind, key)
        ) STRICT, WITHOUT ROWID;
        """;

    private const int CurrentFormat = 0;
    private const int SqliteHeaderBytes = 100;
    private const int UserVersionOffset = 60;

    private readonly EngineServices _services;
    private readonly string _path;
    private readonly SqliteConnection _connection;
    private readonly Lock _lock = new();

    private RegistryFile(EngineServices services)
    {
        _services = services;
        _path = NamespaceLayout.Registry(services.Options.DataDirectory);
        CheckFormat(_path);
        services.Disk.SqliteWrites(_path);
        _connection = Sqlite.Open(_path);
        try
        {
            Sqlite.Execute(_connection, Sqlite.DurableCommits);
            if (!HasColumn("documents", "kind") || !HasColumn("indexes", "unfinished"))
                MakeTables();
            services.Disk.SqliteSynced(_path);
            if (!File.Exists(NamespaceLayout.RegistryCopy(services.Options.DataDirectory)))
                WriteCopy();
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens or creates it; the copy takes the place of a file that is damaged or missing.</summary>
    /// <exception cref="StorageException">
    /// <see cref="StorageErrorCode.DataCorruption"/>: it is damaged, and there is no whole copy; <see cref="StorageErrorCode.NewerFormat"/>.
    /// </exception>
    public static RegistryFile Open(EngineServices services)
    {
        var path = NamespaceLayout.Registry(services.Options.DataDirectory);
        var copy = ReadCopy(services.Options.DataDirectory);
        if (copy is null)
        {
            RemoveCopy(services); // of no use
        }
        else if (!IsEqualTo(copy, path))
        {
            services.Disk.DeleteFile(path + "-journal"); // of no use to another file
            if (Path.Exists(path))
                Quarantine.Take(services, path, Path.GetFileName(path));
            AtomicFile.Write(services.Disk, path, copy);
            services.Log?.Invoke($"{path} was damaged or missing and is made anew from its copy");
        }

        return new RegistryFile(services);
    }

    /// <summary>Whether it is damaged and has a whole copy.</summary>
    public static bool IsToBeMadeAnew(string dataDirectory) =>
        ReadCopy(dataDirectory) is { } copy && !IsEqualTo(copy, NamespaceLayout.Registry(dataDirectory));

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>, <see cref="StorageErrorCode.Unavailable"/>.</exception>
    public List<T> Select<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        lock (_lock)
        {
            using var command = Command(sql, parameters);
            try
            {
                using var reader = command.ExecuteReader();
                var found = new List<T>();
                while (reader.Read())
                    found.Add(read(reader));
                return found;
            }
            catch (SqliteException e)
            {
                throw Sqlite.Translate(e);
            }
        }
    }

    /// <summary>Changes rows, and the copy with them.</summary>
    /// <exception cref="StorageException">The disk refused; nothing is changed.</exception>
    public void Change(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        lock (_lock)
        {
            using var command = Command(sql, parameters);
            try
            {
                RemoveCopy(_services);
                _services.Disk.SqliteWrites(_path);
                command.ExecuteNonQuery();
            }
            catch (SqliteException e)
            {
                throw Sqlite.Translate(e);
            }
            catch (Exception e) when (e.IsDiskError())
            {
                throw DiskErrors.Refusal(e, "The registry could not be written");
            }

            _services.Disk.SqliteSynced(_path);
            WriteCopy();
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _connection.Dispose();
    }

    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return command;
    }

    private bool HasColumn(string table, string column) =>
        Sqlite.ReadInt64(_connection, $"SELECT COUNT(*) FROM pragma_table_info('{table}') WHERE name = '{column}'") > 0;

    /// <summary>The tables of a new file, or what one of an earlier version lacks.</summary>
    private void MakeTables()
    {
        RemoveCopy(_services);
        Sqlite.Execute(_connection, Schema);
        if (!HasColumn("indexes", "search"))
            Sqlite.Execute(_connection, "ALTER TABLE indexes ADD COLUMN search TEXT NOT NULL DEFAULT '{}'");
        if (!HasColumn("indexes", "checksum"))
            Sqlite.Execute(_connection, "ALTER TABLE indexes ADD COLUMN checksum INTEGER NULL");
        if (!HasColumn("indexes", "unfinished"))
            Sqlite.Execute(_connection, "ALTER TABLE indexes ADD COLUMN unfinished INTEGER NOT NULL DEFAULT 0");
    }

    /// <summary>A version that changes what is in the data directory raises SQLite's <c>user_version</c> of this file, which is 0 now.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NewerFormat"/>: one has.</exception>
    private static void CheckFormat(string path)
    {
        if (!File.Exists(path))
            return;
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var header = new byte[SqliteHeaderBytes];
        if (RandomAccess.Read(file, header, 0) < SqliteHeaderBytes || !header.AsSpan().StartsWith("SQLite format 3\0"u8))
            return; // damaged, or empty
        var format = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(UserVersionOffset));
        if (format > CurrentFormat)
            throw NewerFormat.Of("The data directory", format, CurrentFormat);
    }

    /// <summary>Between transactions the file is all there is. A disk that refuses leaves no copy, until the next change.</summary>
    private void WriteCopy()
    {
        try
        {
            using var copy = new CheckedWriter(_services.Disk, NamespaceLayout.RegistryCopy(_services.Options.DataDirectory));
            copy.Write(File.ReadAllBytes(_path));
            copy.Commit();
        }
        catch (Exception e) when (e.IsDiskError())
        {
            _services.Log?.Invoke($"The copy of {_path} could not be written: {e.Message}");
        }
    }

    /// <summary>Durable when it returns: no copy comes back beside a file that has changed.</summary>
    private static void RemoveCopy(EngineServices services)
    {
        var copy = NamespaceLayout.RegistryCopy(services.Options.DataDirectory);
        if (!File.Exists(copy))
            return;
        services.Disk.DeleteFile(copy);
        services.Disk.SyncDirectory(services.Options.DataDirectory);
    }

    /// <summary>The bytes that a whole copy is of; null without one.</summary>
    private static byte[]? ReadCopy(string dataDirectory)
    {
        var path = NamespaceLayout.RegistryCopy(dataDirectory);
        if (!File.Exists(path))
            return null;
        try
        {
            using var copy = new CheckedReader(path);
            var bytes = new byte[copy.Remaining];
            copy.ReadAll(bytes.AsSpan());
            return bytes.Length == 0 ? null : bytes;
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            return null; // damaged, or out of reach
        }
    }

    private static bool IsEqualTo(byte[] copy, string path) => File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(copy);
}
