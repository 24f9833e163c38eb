using System.Runtime.InteropServices;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Codecs.Rabitq;

/// <content>
/// What <see cref="CodeFile"/> holds of these codes: rows, blocks, centres (int32); per centre the longest residual (float32), runs, and of each run
/// first block and blocks (int32); lanes that are shared: their number and rows; rows without a code; then per block its codes, lower bits
/// and lanes.
/// </content>
internal sealed unsafe partial class RabitqCodes
{
    internal override int Write(CheckedWriter file, int rows, CancellationToken cancellation)
    {
        // Rows are added meanwhile: what counts is what there is now, blocks before lanes that are shared.
        rows = Math.Min(rows, Count);
        var runs = _runs.Select(centre => centre.All).ToArray();
        var blocks = runs.Length == 0 ? 0 : runs.Max(all => all.Length == 0 ? 0 : all[^1].First + all[^1].Count);
        var written = new byte[_layout.BlockBytes];
        var lanes = new int[RabitqLayout.Rows];
        var copies = Volatile.Read(ref _copies).AsSpan(0, Volatile.Read(ref _copyCount)).ToArray();
        file.Write(rows);
        file.Write(blocks);
        file.Write(runs.Length);
        for (var centre = 0; centre < runs.Length; centre++)
        {
            file.Write(_runs[centre].Longest);
            file.Write(runs[centre].Length);
            file.WriteAll<BlockRun>(runs[centre]);
        }

        WriteRows(file, [.. copies.Select(list => list.Where(row => row < rows).ToArray())]);
        WriteRows(file, [[.. _uncoded.Where(row => row < rows)]]);
        for (var block = 0; block < blocks; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            new Span<byte>(_blocks.Row(block), written.Length).CopyTo(written);
            Thread.MemoryBarrier(); // a lane's row is there before its side is: read after it
            Lanes(block).CopyTo(lanes);
            var squares = MemoryMarshal.Cast<byte, float>(written.AsSpan(_layout.SideOffset + LaneBytes, LaneBytes));
            for (var lane = 0; lane < lanes.Length; lane++)
            {
                var first = lanes[lane] >= 0 ? lanes[lane] : ~lanes[lane] < copies.Length ? copies[~lanes[lane]][0] : int.MaxValue;
                if (first >= rows)
                    (lanes[lane], squares[lane]) = (0, float.PositiveInfinity);
            }

            file.Write(written);
            if (_layout.Low > 0)
                file.Write(new ReadOnlySpan<byte>(_lows.Row(block), _lows.RowBytes));
            file.WriteAll<int>(lanes);
        }

        GC.KeepAlive(this);
        return rows;
    }

    protected override int ReadRows(CheckedReader file, int rowsMax)
    {
        var (rows, blocks, centres) = (file.Read<int>(), file.Read<int>(), file.Read<int>());
        if (rows < 0 || rows > rowsMax || blocks < 0 || centres != _codec.CentreCount)
            throw file.Damaged("it is of other rows");
        foreach (var runs in _runs)
        {
            runs.Longest = file.Read<float>();
            var count = file.Read<int>();
            for (var i = 0; i < count; i++)
            {
                var run = file.Read<BlockRun>();
                if (run.First < 0 || run.Count < 1 || run.First > blocks - run.Count)
                    throw file.Damaged("its runs are of other blocks");
                runs.Add(run);
            }

            runs.TakeAll();
        }

        _copies = ReadRowLists(file, rows);
        _copyCount = _copies.Length;
        _uncoded = ReadRowLists(file, rows) is [var uncoded] ? uncoded : throw file.Damaged("it lacks the rows without a code");
        var bytes = (long)_layout.BlockBytes + (_layout.Low > 0 ? _lows.RowBytes : 0) + LaneBytes;
        if (file.Remaining != blocks * bytes)
            throw file.Damaged("it is of other blocks");
        _blockCount = blocks;
        _blocks.EnsureCapacity(blocks);
        _lanes.EnsureCapacity(blocks);
        if (_layout.Low > 0)
            _lows.EnsureCapacity(blocks);
        for (var block = 0; block < blocks; block++)
        {
            file.ReadAll(new Span<byte>(_blocks.Row(block), _layout.BlockBytes));
            if (_layout.Low > 0)
                file.ReadAll(new Span<byte>(_lows.Row(block), _lows.RowBytes));
            file.ReadAll(Lanes(block));
            foreach (var lane in Lanes(block))
            {
                if (lane >= rows && rows > 0 || (lane < 0 && ~lane >= _copies.Length))
                    throw file.Damaged("its lanes are of other rows");
            }
        }

        return rows;
    }

    private static void WriteRows(CheckedWriter file, int[][] lists)
    {
        file.Write(lists.Length);
        foreach (var list in lists)
        {
            file.Write(list.Length);
            file.WriteAll<int>(list);
        }
    }

    private static int[][] ReadRowLists(CheckedReader file, int rows)
    {
        var lists = new int[ReadCount(file)][];
        foreach (ref var list in lists.AsSpan())
        {
            list = new int[ReadCount(file)];
            file.ReadAll(list.AsSpan());
            if (list.Any(row => row < 0 || row >= rows))
                throw file.Damaged("it names rows that there are not");
        }

        return lists;
    }

    private static int ReadCount(CheckedReader file)
    {
        var count = file.Read<int>();
        return count >= 0 && count <= file.Remaining / sizeof(int) ? count : throw file.Damaged("a list in it is longer than the file");
    }
}
