using System.Text;
using VectorServer.Storage.Model;

namespace VectorServer.Storage.Metadata;

/// <summary>The readers' part: every member may be called from any thread, each call on a connection of its own.</summary>
internal sealed partial class MetadataStore
{
    /// <summary>Metadata and sparse vector of one row.</summary>
    public RowDetails Read(RowId row)
    {
        using var rented = Rent();
        return rented.Reader.Read(row, includeMetadata: true, includeSparse: true);
    }

    /// <summary>Reads many rows on one connection.</summary>
    /// <param name="rows">Stored rows, in any order.</param>
    /// <param name="includeMetadata">Otherwise the metadata is null.</param>
    /// <param name="includeSparse">Otherwise the sparse vector is null.</param>
    /// <param name="details">Out: one for each of <paramref name="rows"/>, and at least as long.</param>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: a row is not there, or does not match its checksum.</exception>
    public void Hydrate(ReadOnlySpan<RowId> rows, bool includeMetadata, bool includeSparse, Span<RowDetails> details)
    {
        using var rented = Rent();
        rented.Reader.Read(rows, includeMetadata, includeSparse, details);
    }

    /// <summary>Reads the metadata of consecutive rows, dead ones too.</summary>
    /// <param name="firstRow">The first.</param>
    /// <param name="rowCount">One more than the last.</param>
    /// <param name="visit">Told of every row.</param>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: a row is not there, or does not match its checksum.</exception>
    public void ReadMetadata(int firstRow, int rowCount, MetadataVisitor visit)
    {
        using var rented = Rent();
        rented.Reader.ReadMetadata(firstRow, rowCount, visit);
    }

    /// <summary>
    /// Ids in byte order with their rows, several for an id that was rewritten, dead ones too. Reads on as far as the caller
    /// enumerates; an enumeration that is left open holds up <see cref="Checkpoint"/>.
    /// </summary>
    /// <param name="prefix">Only ids that begin so; null or empty for all.</param>
    /// <param name="afterId">Only ids after this one; null from the start.</param>
    /// <param name="rowCount">Rows of the caller's snapshot.</param>
    public IEnumerable<(string Id, RowId Row)> IdsInOrder(string? prefix, string? afterId, int rowCount)
    {
        var start = Encoding.UTF8.GetBytes(prefix ?? "");
        var end = EndOfPrefix(start);
        var after = Encoding.UTF8.GetBytes(afterId ?? "");
        using var rented = Rent();
        // The later of the two lower bounds is the tighter one; ids are not empty, so an empty bound excludes none.
        var fromPrefix = start.AsSpan().SequenceCompareTo(after) > 0;
        using var ids = new SqliteStatement(rented.Reader.Connection, $"""
            SELECT r.id, r.row FROM records r INDEXED BY records_by_id
            WHERE r.id {(fromPrefix ? ">=" : ">")} ?1 {(end is null ? "" : "AND r.id < ?2")} AND r.row < ?3
            ORDER BY r.id, r.row
            """);
        ids.BindText(1, fromPrefix ? start : after);
        if (end is not null)
            ids.BindText(2, end);
        ids.Bind(3, rowCount);
        while (ids.Step())
        {
            // One bit makes a blob of a text, the same bytes in another order: a search would end at it.
            if (!ids.IsText(0))
                throw new StorageException(StorageErrorCode.DataCorruption, "The metadata's index of ids holds what is no id");
            yield return (Encoding.UTF8.GetString(ids.GetBytes(0)), new RowId((int)ids.GetInt64(1)));
        }
    }

    /// <summary>The first text after all that begin with the prefix; null for the empty prefix. UTF-8 has no byte 0xFF, so the last can grow.</summary>
    private static byte[]? EndOfPrefix(byte[] prefix)
    {
        if (prefix.Length == 0)
            return null;
        var end = prefix.ToArray();
        end[^1]++;
        return end;
    }

    /// <summary>A reader of the caller's own until disposed: it reads on when the file's path is left meanwhile.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>: the path is left already.</exception>
    public RentedReader Rent()
    {
        if (_readers.TryTake(out var reader))
        {
            Interlocked.Decrement(ref _readerCount);
            return new RentedReader(this, reader);
        }

        try
        {
            reader = new MetadataReader(_path);
        }
        catch (Exception e) when (_pathLeft)
        {
            throw Removed(e);
        }

        // Asked after opening too: the path may have changed hands in between.
        if (!_pathLeft)
            return new RentedReader(this, reader);
        reader.Dispose();
        throw Removed(null);
    }

    private void Return(MetadataReader reader)
    {
        if (Interlocked.Increment(ref _readerCount) <= ReadersKept && !_disposed)
        {
            _readers.Add(reader);
            return;
        }

        Interlocked.Decrement(ref _readerCount);
        reader.Dispose();
    }

    private static StorageException Removed(Exception? cause) => new(StorageErrorCode.NotFound, "Namespace not found", cause);

    /// <summary>A reader that goes back when disposed.</summary>
    public readonly struct RentedReader(MetadataStore store, MetadataReader reader) : IDisposable
    {
        public MetadataReader Reader => reader;

        public void Dispose() => store.Return(reader);
    }
}
