using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;
using VectorServer.Storage.IO;
using VectorServer.Storage.Metadata;
using VectorServer.Storage.Model;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Npy;

namespace VectorServer.Storage.Integrity;

/// <summary>
/// Reads the rows of a generation one by one past all that is damaged around them, and compares each with its checksums. Reads only;
/// the files may be open elsewhere as long as no one writes.
/// </summary>
internal sealed class RowInspector : IDisposable
{
    private readonly SafeFileHandle? _vectors;
    private readonly uint[]? _sums;
    private readonly SqliteConnection _metadata;
    private readonly SqliteStatement _readRow;
    private readonly string _folder;
    private readonly int _dimension;

    /// <param name="generationDirectory">Where the files are.</param>
    /// <param name="dimension">Of the vectors.</param>
    /// <param name="metadata">What to read in place of the generation's metadata file; null for that.</param>
    /// <exception cref="StorageException">The metadata file cannot be opened at all.</exception>
    public RowInspector(string generationDirectory, int dimension, string? metadata = null)
    {
        (_folder, _dimension) = (Path.GetFileName(generationDirectory), dimension);
        var vectors = NamespaceLayout.Vectors(generationDirectory);
        _vectors = dimension > 0 && File.Exists(vectors) ? File.OpenHandle(vectors, FileMode.Open, FileAccess.Read, FileShare.ReadWrite) : null;
        _sums = RowChecksums.ReadAll(NamespaceLayout.VectorChecksums(generationDirectory), dimension);
        SqliteConnection? opened = null;
        try
        {
            _metadata = opened = Sqlite.Open(metadata ?? NamespaceLayout.Metadata(generationDirectory), SqliteOpenMode.ReadWrite); // to read the journal too
            _readRow = new SqliteStatement(opened, "SELECT id, checksum, metadata, sparse FROM records WHERE row = ?1");
        }
        catch (Exception e)
        {
            opened?.Dispose();
            _vectors?.Dispose();
            throw e as StorageException ?? new StorageException(StorageErrorCode.DataCorruption, "A metadata file is damaged", e);
        }
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: the metadata file's marks are not ours.</exception>
    public void CheckFormat() => MetadataStore.CheckFormat(_metadata);

    /// <summary>Whether there is a file of the vectors' checksums.</summary>
    public bool HasChecksums => _sums is not null;

    /// <summary>Whether there is a checksum of the row's vector.</summary>
    public bool HasChecksum(int row) => row < _sums?.Length;

    /// <summary>The row's vector; false if it is missing or does not match its checksum.</summary>
    public bool TryReadVector(int row, Span<float> values)
    {
        var bytes = MemoryMarshal.AsBytes(values);
        return _dimension == 0
            || (_vectors is not null
                && RandomAccess.Read(_vectors, bytes, OffsetOf(row)) == bytes.Length
                && (!HasChecksum(row) || RowChecksums.Compute(row, values) == _sums![row]));
    }

    /// <summary>The row's metadata; false if it cannot be read or does not match its checksum.</summary>
    /// <param name="row">Which.</param>
    /// <param name="id">Out: its id; null where that is damaged.</param>
    /// <param name="details">Out: the rest.</param>
    public bool TryReadMetadata(int row, out string? id, out RowDetails details)
    {
        (id, details) = (null, default);
        try
        {
            _readRow.Bind(1, row);
            if (!_readRow.Step())
                return false;
            var checksum = _readRow.GetInt64(1);
            var idBytes = _readRow.GetBytes(0);
            RowChecksum.CheckId(checksum, new RowId(row), idBytes);
            id = Encoding.ASCII.GetString(idBytes);
            var metadata = _readRow.GetBytes(2);
            var sparse = _readRow.GetBytes(3);
            RowChecksum.CheckContent(checksum, new RowId(row), metadata, sparse);
            details = new RowDetails(
                metadata.IsEmpty ? null : RecordMetadata.FromStored(metadata.ToArray()), sparse.IsEmpty ? null : SparseVectorFormat.Read(sparse));
            return true;
        }
        catch (StorageException e) when (e.Code is StorageErrorCode.DataCorruption or StorageErrorCode.Unavailable)
        {
            return false;
        }
        finally
        {
            _readRow.Reset();
        }
    }

    /// <summary>The deaths up to the checkpoint, as far as they can be read; false where they are not those it counts.</summary>
    public bool TryReadDeaths(Checkpoint checkpoint, HashSet<int> dead)
    {
        var sum = 0UL;
        try
        {
            using var tombstones = new SqliteStatement(_metadata, MetadataSchema.Tombstones);
            while (tombstones.Step())
            {
                var (row, lsn) = ((int)tombstones.GetInt64(0), new Lsn(tombstones.GetInt64(1)));
                if (lsn.Value > checkpoint.Lsn)
                    continue;
                sum += Tombstones.Mix(row, lsn);
                dead.Add(row);
            }
        }
        catch (StorageException)
        {
            return false;
        }

        return (checkpoint.Deaths ?? sum) == sum && dead.All(row => row >= 0 && row < checkpoint.RowCount)
            && checkpoint.RowCount - checkpoint.FirstRow - dead.Count(row => row >= checkpoint.FirstRow) == checkpoint.LiveCount;
    }

    /// <summary>The sum of all pairs of id and row that SQLite's index of ids has below a row; null where it cannot be read or is out of order.</summary>
    public ulong? SumIdIndex(int rowCount)
    {
        try
        {
            using var ids = new SqliteStatement(_metadata, "SELECT id, row FROM records INDEXED BY records_by_id ORDER BY id, row");
            var sum = 0UL;
            var (lastId, lastRow) = (Array.Empty<byte>(), -1L);
            while (ids.Step())
            {
                var row = ids.GetInt64(1);
                var order = lastId.AsSpan().SequenceCompareTo(ids.GetBytes(0));
                if (!ids.IsText(0) || order > 0 || (order == 0 && lastRow >= row))
                    return null;
                (lastId, lastRow) = (ids.GetBytes(0).ToArray(), row);
                if (row < rowCount)
                    sum += PairOf((int)row, ids.GetBytes(0));
            }

            return sum;
        }
        catch (StorageException)
        {
            return null;
        }
    }

    /// <summary>The part of one pair in <see cref="SumIdIndex"/>.</summary>
    public static ulong PairOf(int row, ReadOnlySpan<byte> id) => Tombstones.Mix(row, new Lsn(Crc32C.Compute(id)));

    public string FileOf(string path) => $"{_folder}/{Path.GetFileName(path)}";

    public long OffsetOf(int row) => NpyHeader.Bytes + ((long)row * _dimension * sizeof(float));

    public void Dispose()
    {
        _readRow.Dispose();
        _metadata.Dispose();
        _vectors?.Dispose();
    }
}
