using System.Runtime.InteropServices;
using VectorServer.Storage.Memory;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Codecs.Rabitq;

/// <summary>
/// Codes by centre. A lane is looked at only once its side is written, so searches go on while rows are added. Equal rows that come together
/// share a lane.
/// </summary>
internal sealed unsafe partial class RabitqCodes : RowCodes
{
    private const int BatchRows = 1 << 20; // bounds what encoding holds on the way
    private const int RowsPerLook = 512; // at whether to go on
    private const int LaneBytes = RabitqLayout.Rows * sizeof(int);
    private const int Uncoded = int.MaxValue; // a row without a place in the space

    private readonly RabitqCodec _codec;
    private readonly RabitqLayout _layout;
    private readonly NativeRows _blocks;
    private readonly NativeRows _lows; // by block
    private readonly NativeRows _lanes; // by block: the number of each lane's row; below zero, ~ of a place in _copies
    private readonly CentreRuns[] _runs; // by centre
    private int[][] _copies = []; // grows by replacement; filled before a lane names the place
    private int _copyCount;
    private int[] _uncoded = [];
    private int _blockCount;

    public RabitqCodes(RabitqCodec codec)
        : base(codec)
    {
        (_codec, _layout) = (codec, codec.Layout);
        _blocks = new NativeRows(_layout.BlockBytes);
        _lows = new NativeRows(Math.Max(1, _layout.LowBytes) * RabitqLayout.Rows);
        _lanes = new NativeRows(LaneBytes);
        _runs = new CentreRuns[codec.CentreCount];
        foreach (ref var runs in _runs.AsSpan())
            runs = new CentreRuns();
    }

    public override long Bytes => _blocks.Bytes + _lows.Bytes + _lanes.Bytes;

    public override long ScannedBytes => _blocks.Bytes;

    protected override void Encode(RowReader read, int firstRow, int rowCount, CancellationToken cancellation)
    {
        for (var row = firstRow; row < rowCount; row += BatchRows)
            EncodeBatch(read, row, Math.Min(BatchRows, rowCount - row), cancellation);
    }

    protected override void Free()
    {
        _blocks.Dispose();
        _lows.Dispose();
        _lanes.Dispose();
    }

    /// <summary>
    /// Steps: 1. find each row's centre, or the equal row before it; 2. give the centres room; 3. write the codes; 4. tell lanes of the rows
    /// that share them.
    /// </summary>
    private void EncodeBatch(RowReader read, int firstRow, int count, CancellationToken cancellation)
    {
        // Step 1
        var rest = new float[_codec.Dimension];
        var centreOf = new int[count]; // or ~ the place of an equal row
        var seen = new Dictionary<ulong, int>();
        var shared = new Dictionary<int, List<int>>(); // rows by the place of their first
        var wanted = new int[_codec.CentreCount];
        for (var i = 0; i < count; i++)
        {
            if (i % RowsPerLook == 0)
                cancellation.ThrowIfCancellationRequested();
            var row = read(firstRow + i);
            var hash = Hash(row);
            if (seen.TryGetValue(hash, out var equal) && row.SequenceEqual(read(firstRow + equal)))
            {
                centreOf[i] = ~equal;
                (CollectionsMarshal.GetValueRefOrAddDefault(shared, equal, out _) ??= [firstRow + equal]).Add(firstRow + i);
                continue;
            }

            seen[hash] = i;
            centreOf[i] = _codec.Space.TryLoad(row, rest) ? _codec.NearestCentre(rest) : Uncoded;
            if (centreOf[i] != Uncoded)
                wanted[centreOf[i]]++;
        }

        // Step 2
        for (var centre = 0; centre < wanted.Length; centre++)
            MakeRoom(_runs[centre], wanted[centre]);

        // Step 3
        var uncoded = new List<int>();
        var encoder = new RabitqEncoder(_layout);
        var coordinates = new float[_codec.Coordinates];
        for (var i = 0; i < count; i++)
        {
            if (i % RowsPerLook == 0)
                cancellation.ThrowIfCancellationRequested();
            if (centreOf[i] < 0)
                continue;
            shared.TryGetValue(i, out var rows); // step 4
            if (centreOf[i] == Uncoded)
                uncoded.AddRange(rows ?? [firstRow + i]);
            else
                EncodeRow(read(firstRow + i), rows is null ? firstRow + i : AddCopies([.. rows]), centreOf[i], encoder, rest, coordinates);
        }

        if (uncoded.Count > 0)
            Volatile.Write(ref _uncoded, [.. _uncoded, .. uncoded]);
    }

    private void EncodeRow(ReadOnlySpan<float> row, int laneRow, int centre, RabitqEncoder encoder, float[] rest, float[] coordinates)
    {
        _codec.Space.TryLoad(row, rest);
        _codec.Rotate(rest, coordinates);
        FloatKernels.Subtract(coordinates, _codec.RotatedCentre(centre), coordinates);
        var runs = _runs[centre];
        var length = MathF.BitIncrement((float)(Math.Sqrt(Direction.Square(coordinates)) * (1 + 1e-6)));
        if (length > runs.Longest)
            runs.Longest = length;
        var (block, lane) = runs.Take();
        Lanes(block)[lane] = laneRow;
        encoder.Encode(coordinates, new Span<byte>(_blocks.Row(block), _layout.BlockBytes), Low(block, lane), lane);
    }

    private void MakeRoom(CentreRuns runs, int wanted)
    {
        var missing = wanted - runs.Free;
        if (missing > 0)
            AddRun(runs, (missing + RabitqLayout.Rows - 1) / RabitqLayout.Rows);
    }

    private void AddRun(CentreRuns runs, int blocks)
    {
        var first = _blockCount;
        _blockCount += blocks;
        _blocks.EnsureCapacity(_blockCount);
        _lanes.EnsureCapacity(_blockCount);
        if (_layout.Low > 0)
            _lows.EnsureCapacity(_blockCount);
        for (var block = first; block < _blockCount; block++)
            Squares(block).Fill(float.PositiveInfinity);
        runs.Add(new BlockRun(first, blocks));
    }

    /// <summary>A lane's number for rows that share it.</summary>
    private int AddCopies(int[] rows)
    {
        if (_copyCount == _copies.Length)
        {
            var grown = new int[Math.Max(16, 2 * _copies.Length)][];
            _copies.CopyTo(grown, 0);
            Volatile.Write(ref _copies, grown);
        }

        _copies[_copyCount] = rows;
        return ~_copyCount++;
    }

    private Span<float> Squares(int block) => new(_blocks.Row(block) + _layout.SideOffset + LaneBytes, RabitqLayout.Rows);

    private Span<int> Lanes(int block) => new(_lanes.Row(block), RabitqLayout.Rows);

    private Span<byte> Low(int block, int lane) => _layout.Low == 0 ? [] : new(_lows.Row(block) + lane * _layout.LowBytes, _layout.LowBytes);

    private static ulong Hash(ReadOnlySpan<float> row)
    {
        const ulong Multiplier = 0x9E3779B97F4A7C15;
        ulong hash = 0;
        foreach (var word in MemoryMarshal.Cast<float, ulong>(row))
            hash = ((hash ^ word) * Multiplier) ^ (hash >> 29);
        return row.Length % 2 == 0 ? hash : (hash ^ BitConverter.SingleToUInt32Bits(row[^1])) * Multiplier;
    }
}
