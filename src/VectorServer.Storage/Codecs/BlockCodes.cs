using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using VectorServer.Storage.IO;
using VectorServer.Storage.Memory;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Codecs;

/// <summary>Codes in the order of the rows, sixteen to a block; a search reads all of them.</summary>
internal sealed unsafe class BlockCodes(BlockCodec codec) : RowCodes(codec)
{
    private const int ContiguousRows = 4096; // rows whose codes are contiguous, counted from a multiple of this number
    private const int RowsPerStep = 512; // whose scores stay in the first-level cache
    private const int RowsPerBlock = Codec.RowsPerBlock;

    private readonly NativeRows _blocks = new(codec.BlockBytes, ContiguousRows / RowsPerBlock);

    public override long Bytes => _blocks.Bytes;

    public override long ScannedBytes => _blocks.Bytes;

    public override bool Search(ReadOnlySpan<float> query, CandidateSink sink, CancellationToken cancellation)
    {
        if (codec.Prepare(query) is not { } prepared)
            return false;
        Span<float> scores = stackalloc float[RowsPerStep];
        Span<BoundedCandidate> found = stackalloc BoundedCandidate[RowsPerStep];
        var bound = ErrorBound.Usual;
        var keptRows = 0;
        var count = Count;
        var rowsPerStep = RowsPerBlock * 4; // nothing is known to compare the first rows with
        for (var row = 0; row < count; row += rowsPerStep)
        {
            cancellation.ThrowIfCancellationRequested();
            if (row >= RowsPerStep)
                rowsPerStep = RowsPerStep; // steps begin on multiples of their length, so each lies in one run of blocks
            var step = scores[..Math.Min(rowsPerStep, count - row)];
            var blocks = new ReadOnlySpan<byte>(_blocks.Row(row / RowsPerBlock), BlockCodec.BlockCount(step.Length) * codec.BlockBytes);
            codec.Score(prepared, blocks, step);
            var test = new BoundTest(prepared.Shape, sink.Threshold - sink.ExtraMax, bound, codec.Deviation);
            var kept = Collect(prepared.Shape.Scale, blocks, row, step, test, sink, found);
            if (kept > 0 && !sink.Take(found[..kept]))
                return false;
            keptRows += kept;
            if (bound == ErrorBound.Usual && row >= ContiguousRows && keptRows > row / 10)
                bound = ErrorBound.Narrow;
        }

        sink.TrustedBy(bound.At(codec.Deviation));
        GC.KeepAlive(this);
        return true;
    }

    public override void Estimate(ReadOnlySpan<float> query, Span<double> ranks)
    {
        ranks.Clear();
        if (codec.Prepare(query) is not { } prepared)
            return;
        Span<float> scores = stackalloc float[RowsPerStep];
        for (var row = 0; row < ranks.Length; row += RowsPerStep)
        {
            var step = scores[..Math.Min(RowsPerStep, ranks.Length - row)];
            codec.Score(prepared, new ReadOnlySpan<byte>(_blocks.Row(row / RowsPerBlock), BlockCodec.BlockCount(step.Length) * codec.BlockBytes), step);
            for (var i = 0; i < step.Length; i++)
                ranks[row + i] = prepared.Shape.Scale.ToMetric(step[i]);
        }

        GC.KeepAlive(this);
    }

    internal override int Write(CheckedWriter file, int rows, CancellationToken cancellation)
    {
        var blocks = Math.Min(rows, Count) / RowsPerBlock; // a last one in part may change while it is written
        file.Write(codec.BlockBytes);
        file.Write(blocks * RowsPerBlock);
        for (var block = 0; block < blocks; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            file.Write(Block(block));
        }

        return blocks * RowsPerBlock;
    }

    protected override int ReadRows(CheckedReader file, int rowsMax)
    {
        if (file.Read<int>() != codec.BlockBytes)
            throw file.Damaged("it is of another codec");
        var rows = file.Read<int>();
        if (rows < 0 || rows > rowsMax || rows % RowsPerBlock != 0 || file.Remaining != (long)rows / RowsPerBlock * codec.BlockBytes)
            throw file.Damaged("it is of other rows");
        _blocks.EnsureCapacity(BlockCodec.BlockCount(rows));
        for (var block = 0; block < rows / RowsPerBlock; block++)
            file.ReadAll(Block(block));
        return rows;
    }

    protected override void Encode(RowReader read, int firstRow, int rowCount, CancellationToken cancellation)
    {
        _blocks.EnsureCapacity(BlockCodec.BlockCount(rowCount));
        for (var row = firstRow; row < rowCount; row++)
        {
            if (row % RowsPerStep == 0)
                cancellation.ThrowIfCancellationRequested();
            codec.Encode(read(row), Block(row / RowsPerBlock), row % RowsPerBlock);
        }
    }

    protected override void Free() => _blocks.Dispose();

    private Span<byte> Block(int block) => new(_blocks.Row(block), codec.BlockBytes);

    /// <summary>The rows of a step that count and may be near enough.</summary>
    private int Collect(
        RankScale scale, ReadOnlySpan<byte> blocks, int firstRow, ReadOnlySpan<float> scores, in BoundTest test, CandidateSink sink, Span<BoundedCandidate> found)
    {
        var count = 0;
        Span<float> estimates = stackalloc float[RowsPerBlock];
        Span<float> uppers = stackalloc float[RowsPerBlock];
        for (var at = 0; at < scores.Length; at += RowsPerBlock)
        {
            var part = scores[at..Math.Min(at + RowsPerBlock, scores.Length)];
            part.CopyTo(estimates);
            ref var side = ref Unsafe.Add(ref MemoryMarshal.GetReference(blocks), (at / RowsPerBlock * codec.BlockBytes) + codec.Side.Offset);
            var upper = test.Upper(Vector512.Create<float>(estimates), ref side);
            var kept = test.Keep(upper) & (uint)((1 << part.Length) - 1);
            if (kept == 0)
                continue;
            upper.CopyTo(uppers);
            for (; kept != 0; kept &= kept - 1)
            {
                var lane = BitOperations.TrailingZeroCount(kept);
                var row = firstRow + at + lane;
                if (!sink.Counts(row))
                    continue;
                var extra = sink.Extra(row);
                var candidate = new BoundedCandidate(row, scale.ToMetric(part[lane]) + extra, scale.ToMetric(uppers[lane]) + extra);
                if (!(candidate.Upper < sink.Threshold))
                    found[count++] = candidate;
            }
        }

        return count;
    }
}
