namespace VectorServer.Storage.Metadata;

/// <summary>The tables of a namespace's metadata file and every statement on them but the lists of ids.</summary>
/// <remarks>
/// Rows are immutable: an update appends a row and puts the old one's number under the tombstones, where it stays until compaction, so
/// that readers of an older snapshot still find it.
/// </remarks>
internal static class MetadataSchema
{
    /// <summary>Raised with every change of the tables.</summary>
    public const int FormatVersion = 1;

    /// <summary>"VSmd" in ASCII: tells the file from other SQLite files.</summary>
    public const int ApplicationId = 0x56_53_6D_64;

    /// <summary>
    /// Settings of the writer, which last as long as its connection. Its journal is folded in by our checkpoints only; 8 MiB of pages are
    /// cached.
    /// </summary>
    public const string WriterSettings = """
        PRAGMA synchronous = NORMAL;
        PRAGMA wal_autocheckpoint = 0;
        PRAGMA cache_size = -8192;
        PRAGMA fullfsync = 1;
        """;

    /// <summary>
    /// Settings of a reader: it never writes, looks at the file's first GiB through a memory map, as vectors are looked at, and caches
    /// 4 MiB of other pages.
    /// </summary>
    public const string ReaderSettings = """
        PRAGMA query_only = 1;
        PRAGMA mmap_size = 1073741824;
        PRAGMA cache_size = -4096;
        PRAGMA temp_store = MEMORY;
        """;

    /// <summary>
    /// Of a new file; a row's checksum stands before its long values, where it is read without them; the journal mode and the numbers stay
    /// with the file.
    /// </summary>
    public static readonly string CreateTables = $"""
        PRAGMA journal_mode = WAL;
        BEGIN;
        PRAGMA application_id = {ApplicationId};
        PRAGMA user_version = {FormatVersion};
        CREATE TABLE records (row INTEGER PRIMARY KEY, id TEXT NOT NULL, checksum INTEGER NOT NULL, metadata TEXT NULL, sparse BLOB NULL);
        CREATE INDEX records_by_id ON records (id, row);
        CREATE TABLE tombstones (row INTEGER PRIMARY KEY, lsn INTEGER NOT NULL);
        COMMIT;
        """;

    public const string AddRow = "INSERT INTO records (row, id, checksum, metadata, sparse) VALUES (?1, ?2, ?3, ?4, ?5)";

    public const string AddTombstone = "INSERT INTO tombstones (row, lsn) VALUES (?1, ?2)";

    public const string RemoveRows = "DELETE FROM records WHERE row >= ?1";

    public const string RemoveTombstones = "DELETE FROM tombstones WHERE lsn > ?1";

    public const string RowCount = "SELECT coalesce(max(row) + 1, 0) FROM records";

    public const string Ids = "SELECT row, id, checksum FROM records WHERE row >= ?1 ORDER BY row";

    public const string Tombstones = "SELECT row, lsn FROM tombstones ORDER BY row";

    public const string SparseRows = "SELECT row, checksum, metadata, sparse FROM records WHERE row >= ?1 AND sparse IS NOT NULL ORDER BY row";

    public const string ReadRows = "SELECT row, checksum, metadata, sparse FROM records WHERE row >= ?1 AND row < ?2 ORDER BY row";

    public const string ReadRow = "SELECT checksum, metadata, sparse FROM records WHERE row = ?1";
}
