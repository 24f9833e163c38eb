using VectorServer.Storage.Codecs;
using VectorServer.Storage.IO;
using VectorServer.Storage.Model;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// One rewriting of the live rows, in order, as the next generation. Most is copied from held snapshots beside the writer; on the writer
/// follow the rows written since, and the deaths of rows that were copied alive.
/// </summary>
internal sealed class Compaction
{
    private readonly string _directory;
    private readonly Generation _source;
    private readonly Generation _target;
    private readonly Codec? _codec;
    private readonly List<int> _sourceRows = []; // by row of the target
    private RowCodes? _codes;

    private Compaction(Generation source, Generation target, string directory, Codec? codec)
    {
        (_source, _target, _directory, _codec) = (source, target, directory, codec);
    }

    /// <summary>One more than the last row of the source that was looked at.</summary>
    public int NextRow { get; private set; }

    /// <param name="source">The generation to rewrite, which the caller holds to the end.</param>
    /// <param name="namespaceDirectory">Where the next generation is made.</param>
    /// <param name="codec">The calibration its codes get; null for none.</param>
    public static Compaction Begin(Generation source, string namespaceDirectory, Codec? codec)
    {
        var number = source.Number + 1;
        var directory = NamespaceLayout.Generation(namespaceDirectory, number);
        if (Directory.Exists(directory))
            source.Disk.DeleteDirectory(directory); // an earlier attempt that failed
        return new Compaction(source, Generation.Create(source.Disk, namespaceDirectory, number, source.Vectors.Dimension), directory, codec);
    }

    /// <summary>Copies the rows behind <see cref="NextRow"/> that a snapshot of the source shows, with what is derived from them.</summary>
    public void Advance(NamespaceSnapshot snapshot, CancellationToken cancellation)
    {
        if (snapshot.Generation != _source)
            throw new StorageException(StorageErrorCode.Unavailable, "The namespace was recovered while it was compacted: try again");
        var first = Math.Max(NextRow, snapshot.FirstRow);
        using (var metadata = _source.Metadata.Rent())
        {
            RowCopy.Copy(
                snapshot,
                first,
                metadata.Reader,
                _target,
                _target.Ids.Count,
                (row, id, sparse) =>
                {
                    _target.Ids.Add(id);
                    if (sparse is not null)
                        _target.Sparse.Add(row, sparse);
                },
                cancellation);
        }

        for (var row = first; row < snapshot.RowCount; row++)
        {
            if (snapshot.IsLive(row))
                _sourceRows.Add(row);
        }

        NextRow = snapshot.RowCount;
        if (_source.Columns.IsUsed)
            _target.Columns.Extend(_target.Metadata, _target.Ids.Count);
        if (_codec is not null)
        {
            _codes ??= CodeKeeper.Make(_codec, _target);
            _codes.EncodeUpTo(_target.Vectors.Row, _target.Ids.Count, cancellation);
        }
    }

    /// <summary>Makes what was copied so far durable, which leaves little to be synced at the end.</summary>
    public void Seal() => _target.Seal(_target.Ids.Count);

    /// <summary>On the writer: brings the copy up to the newest snapshot.</summary>
    /// <returns>The same records at the same LSN in the new generation, durable but not yet named by a checkpoint.</returns>
    public NamespaceSnapshot Finish(NamespaceSnapshot current)
    {
        Advance(current, CancellationToken.None);
        var live = _sourceRows.Count;
        _target.Metadata.BeginBatch();
        for (var row = 0; row < _sourceRows.Count; row++)
        {
            if (current.IsLive(_sourceRows[row]))
                continue;
            _target.Tombstones.Add(row, current.Lsn);
            _target.Metadata.AddTombstone(new RowId(row), current.Lsn);
            live--;
        }

        _target.Metadata.CommitBatch();
        if (live != current.LiveCount)
            throw new StorageException(StorageErrorCode.DataCorruption, $"The namespace holds {live} live rows where it counts {current.LiveCount}");
        Seal();
        _source.Disk.SyncDirectory(Path.GetDirectoryName(_directory)!); // its name, before a checkpoint names it
        return new NamespaceSnapshot(_target, FirstRow: 0, _target.Ids.Count, live, current.Lsn, _codes) { Done = current.Done };
    }

    /// <summary>Deletes the copy: on a full disk its space is needed.</summary>
    public void Abandon() => _target.Retire(() => Trash.Delete(_source.Disk, _directory));
}
