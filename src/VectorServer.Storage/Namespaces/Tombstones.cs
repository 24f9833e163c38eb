namespace VectorServer.Storage.Namespaces;

/// <summary>
/// When rows died: the LSN that deleted or replaced each dead row. A reader at an older LSN still sees the row, so deaths are marked
/// in place, without a copy. One writer; readers need no lock.
/// </summary>
internal sealed class Tombstones
{
    private const int ChunkShift = 14; // 16,384 rows: 128 KiB, made at the first death among them

    private long[]?[] _chunks = new long[]?[16];

    /// <summary>
    /// A sum over all deaths, the same whatever their order: the checkpoint keeps it, so that a death that is lost or changed on disk is
    /// noticed.
    /// </summary>
    public ulong Sum { get; private set; }

    /// <summary>The row is dead from <paramref name="lsn"/> on.</summary>
    public void Add(int row, Lsn lsn)
    {
        var index = row >> ChunkShift;
        if (index >= _chunks.Length)
        {
            var grown = new long[]?[Math.Max(index + 1, _chunks.Length * 2)];
            _chunks.CopyTo(grown, 0);
            Volatile.Write(ref _chunks, grown);
        }

        var chunk = _chunks[index];
        if (chunk is null)
        {
            chunk = new long[1 << ChunkShift];
            Volatile.Write(ref _chunks[index], chunk);
        }

        Volatile.Write(ref chunk[row & ((1 << ChunkShift) - 1)], lsn.Value);
        Sum += Mix(row, lsn);
    }

    /// <summary>The part of one death in <see cref="Sum"/>: splitmix64's finisher, in which every bit of row and LSN changes half of the result.</summary>
    public static ulong Mix(int row, Lsn lsn)
    {
        var z = ((ulong)(uint)row * 0x9E37_79B9_7F4A_7C15) + (ulong)lsn.Value;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    /// <summary>Whether a reader at <paramref name="lsn"/> finds the row dead.</summary>
    public bool IsDead(int row, Lsn lsn)
    {
        var chunks = Volatile.Read(ref _chunks);
        var index = row >> ChunkShift;
        if (index >= chunks.Length || Volatile.Read(ref chunks[index]) is not { } chunk)
            return false;
        var died = Volatile.Read(ref chunk[row & ((1 << ChunkShift) - 1)]);
        return died != 0 && died <= lsn.Value;
    }
}
