using System.Text;
using VectorServer.Storage.Model;

namespace VectorServer.Storage.Metadata;

/// <summary>The one writer's part, and what it reads when a namespace is opened.</summary>
internal sealed partial class MetadataStore
{
    private byte[] _sparseBuffer = new byte[1024];
    private int _openBatches;

    /// <summary>One more than the highest row, 0 without rows.</summary>
    public int RowCount => (int)Sqlite.ReadInt64(_connection, MetadataSchema.RowCount);

    /// <summary>Starts a batch, or a part of the one that is open: nothing in it is visible or kept before <see cref="CommitBatch"/>.</summary>
    public void BeginBatch()
    {
        if (_openBatches == 0)
            Sqlite.Execute(_connection, "BEGIN IMMEDIATE");
        _openBatches++;
    }

    /// <param name="row">Not yet stored.</param>
    /// <param name="id">ASCII.</param>
    /// <param name="metadata">Null for a record without any.</param>
    /// <param name="sparse">Null for a record without one.</param>
    public void AddRow(RowId row, string id, RecordMetadata? metadata, SparseVector? sparse)
    {
        var idBytes = Encoding.UTF8.GetBytes(id);
        var metadataBytes = metadata is null ? default : metadata.Json.Span;
        var sparseBytes = sparse is null ? default : Encode(sparse);
        _addRow.Bind(1, row.Value);
        _addRow.BindText(2, idBytes);
        _addRow.Bind(3, RowChecksum.Compute(row, idBytes, metadataBytes, sparseBytes));
        if (metadata is null)
            _addRow.BindNull(4);
        else
            _addRow.BindText(4, metadataBytes);
        if (sparse is null)
            _addRow.BindNull(5);
        else
            _addRow.BindBlob(5, sparseBytes);
        _addRow.Run();
    }

    /// <summary>Marks a row as replaced or deleted by the write <paramref name="lsn"/>; a row dies once.</summary>
    public void AddTombstone(RowId row, Lsn lsn)
    {
        _addTombstone.Bind(1, row.Value);
        _addTombstone.Bind(2, lsn.Value);
        _addTombstone.Run();
    }

    /// <summary>Makes the batch visible to readers. It survives the process; a power failure may take it back until <see cref="Checkpoint"/>.</summary>
    public void CommitBatch()
    {
        if (_openBatches == 1)
        {
            _disk.SqliteWrites(_path);
            Sqlite.Execute(_connection, "COMMIT");
        }

        _openBatches--;
    }

    /// <summary>Forgets the batch, all of it. A disk that fails may have made SQLite do so by itself.</summary>
    public void AbortBatch()
    {
        _openBatches = 0;
        if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0)
            Sqlite.Execute(_connection, "ROLLBACK");
    }

    /// <summary>Recovery, before the log is replayed: forgets rows from <paramref name="rowCount"/> on and tombstones after <paramref name="lsn"/>.</summary>
    public void RollBackTo(int rowCount, Lsn lsn)
    {
        BeginBatch();
        try
        {
            using var removeRows = new SqliteStatement(_connection, MetadataSchema.RemoveRows);
            removeRows.Bind(1, rowCount);
            removeRows.Run();
            using var removeTombstones = new SqliteStatement(_connection, MetadataSchema.RemoveTombstones);
            removeTombstones.Bind(1, lsn.Value);
            removeTombstones.Run();
        }
        catch
        {
            AbortBatch();
            throw;
        }

        CommitBatch();
    }

    /// <summary>Makes every committed batch durable: in the main file, or in SQLite's journal as far as a reader of an older state is in the way.</summary>
    public void Checkpoint()
    {
        _disk.SqliteWrites(_path);
        using var checkpoint = new SqliteStatement(_connection, "PRAGMA wal_checkpoint(PASSIVE)");
        checkpoint.Step();
        var (busy, journalPages, movedPages) = (checkpoint.GetInt64(0), checkpoint.GetInt64(1), checkpoint.GetInt64(2));
        if (busy != 0 || journalPages != movedPages)
        {
            using var journal = File.OpenHandle(_path + "-wal", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            FileSync.SyncFile(journal);
        }

        _disk.SqliteSynced(_path);
    }

    /// <summary>The stored rows from <paramref name="firstRow"/> on in row order, dead ones too.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: an id does not match its row's checksum.</exception>
    public void ReadIds(int firstRow, IdVisitor visit)
    {
        using var ids = new SqliteStatement(_connection, MetadataSchema.Ids);
        ids.Bind(1, firstRow);
        while (ids.Step())
        {
            var row = new RowId((int)ids.GetInt64(0));
            var id = ids.GetBytes(1);
            RowChecksum.CheckId(ids.GetInt64(2), row, id);
            visit(row, id);
        }
    }

    /// <summary>Every tombstone in row order.</summary>
    public void ReadTombstones(Action<RowId, Lsn> visit)
    {
        using var tombstones = new SqliteStatement(_connection, MetadataSchema.Tombstones);
        while (tombstones.Step())
            visit(new RowId((int)tombstones.GetInt64(0)), new Lsn(tombstones.GetInt64(1)));
    }

    /// <summary>The rows from <paramref name="firstRow"/> on with a sparse vector, in row order, dead ones too.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: a row does not match its checksum.</exception>
    public void ReadSparse(int firstRow, Action<RowId, SparseVector> visit)
    {
        using var rows = new SqliteStatement(_connection, MetadataSchema.SparseRows);
        rows.Bind(1, firstRow);
        while (rows.Step())
        {
            var row = new RowId((int)rows.GetInt64(0));
            RowChecksum.CheckContent(rows.GetInt64(1), row, rows.GetBytes(2), rows.GetBytes(3));
            visit(row, SparseVectorFormat.Read(rows.GetBytes(3)));
        }
    }

    private ReadOnlySpan<byte> Encode(SparseVector sparse)
    {
        var size = SparseVectorFormat.SizeOf(sparse);
        if (_sparseBuffer.Length < size)
            _sparseBuffer = new byte[size];
        SparseVectorFormat.Write(sparse, _sparseBuffer);
        return _sparseBuffer.AsSpan(0, size);
    }
}
