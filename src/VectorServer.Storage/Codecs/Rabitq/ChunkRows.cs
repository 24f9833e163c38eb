using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Codecs.Rabitq;

/// <summary>What the planes tell of a chunk of lanes, and which of them may hold near rows. Buffers of one thread, filled anew for each chunk.</summary>
internal sealed unsafe class ChunkRows
{
    /// <summary>Blocks of a chunk at most.</summary>
    public const int BlocksMax = 128;

    /// <summary>As many of the nearest can be told apart.</summary>
    public const int NearestMax = 64;

    private const int RowsMax = BlocksMax * RabitqLayout.Rows;
    private const int Half = RabitqLayout.Rows / 2; // lanes of a vector
    private const int Spare = Half; // of a last store

    // Pinned, so that addresses stay; the last two by lane of the chunk.
    private readonly int[] _places = GC.AllocateArray<int>(RowsMax + Spare, pinned: true);
    private readonly int[] _sums = GC.AllocateArray<int>(RowsMax, pinned: true);
    private readonly float[] _least = GC.AllocateArray<float>(RowsMax, pinned: true);
    private int _firstPlace;
    private int _lanes;

    /// <summary>Lanes that are listed.</summary>
    public int Count { get; private set; }

    public int* Places => (int*)Unsafe.AsPointer(ref _places[0]);

    private int* Sums => (int*)Unsafe.AsPointer(ref _sums[0]);

    private float* Least => (float*)Unsafe.AsPointer(ref _least[0]);

    /// <summary>What the planes of a lane add up to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Sum(int place) => Sums[place - _firstPlace];

    /// <summary>Reads planes.</summary>
    public void Read(RabitqCodes codes, RabitqLayout layout, int firstBlock, int endBlock, byte* table)
    {
        (_firstPlace, _lanes) = (firstBlock * RabitqLayout.Rows, (endBlock - firstBlock) * RabitqLayout.Rows);
        var sums = Sums;
        for (var block = firstBlock; block < endBlock; block++, sums += RabitqLayout.Rows)
        {
            SignScore.Block(codes.Block(block), table, layout, out var low, out var high);
            low.Store(sums);
            high.Store(sums + Half);
        }
    }

    /// <summary>Tells of each lane how near it may be.</summary>
    /// <returns>How many lanes are near enough.</returns>
    public int Test(RabitqCodes codes, RabitqLayout layout, PlaneTest test)
    {
        var sums = Sums;
        var least = Least;
        var passing = 0;
        for (var lane = 0; lane < _lanes; lane += RabitqLayout.Rows)
        {
            var side = (float*)(codes.Block((_firstPlace + lane) / RabitqLayout.Rows) + layout.SideOffset);
            var low = test.Least(Vector512.Load(sums + lane), side);
            var high = test.Least(Vector512.Load(sums + lane + Half), side + Half);
            low.Store(least + lane);
            high.Store(least + lane + Half);
            passing += BitOperations.PopCount(test.Passing(low)) + BitOperations.PopCount(test.Passing(high));
        }

        return passing;
    }

    /// <summary>
    /// A bound that at least so many lanes of the chunk have or are nearer than, and not many more: the farthest of the nearest of as many
    /// groups.
    /// </summary>
    /// <param name="count">At most <see cref="NearestMax"/>; rounded up to whole vectors.</param>
    public float BoundOfNearest(int count)
    {
        var vectors = (count + Half - 1) / Half;
        var farthest = float.NegativeInfinity;
        for (var first = 0; first < vectors; first++)
        {
            var nearest = Vector512.Create(float.PositiveInfinity);
            for (var lane = first * Half; lane < _lanes; lane += vectors * Half)
                nearest = Vector512.Min(nearest, Vector512.Load(Least + lane));
            for (var i = 0; i < Half; i++)
                farthest = Math.Max(farthest, nearest[i]);
        }

        return farthest;
    }

    /// <summary>Lists the lanes whose bounds are above one and at most another. Packed without a branch: which rows are near cannot be predicted.</summary>
    public void List(float above, float most)
    {
        int* places = Places;
        var least = Least;
        var count = 0;
        for (var lane = 0; lane < _lanes; lane += Half)
        {
            var bounds = Vector512.Load(least + lane);
            var listed = Vector512.LessThanOrEqual(bounds, Vector512.Create(most)) & ~Vector512.LessThanOrEqual(bounds, Vector512.Create(above));
            var bits = listed.ExtractMostSignificantBits();
            if (Avx512F.IsSupported)
            {
                Avx512F.Compress(Vector512<int>.Zero, listed.AsInt32(), Vector512<int>.Indices + Vector512.Create(_firstPlace + lane)).Store(places + count);
                count += BitOperations.PopCount(bits);
                continue;
            }

            for (; bits != 0; bits &= bits - 1)
                places[count++] = _firstPlace + lane + BitOperations.TrailingZeroCount(bits);
        }

        Count = count;
    }

    /// <summary>Keeps the lanes of which at least one row counts.</summary>
    public void KeepCounting(RabitqCodes codes, CandidateSink sink)
    {
        var left = 0;
        for (var i = 0; i < Count; i++)
        {
            var counts = false;
            foreach (var row in codes.RowsAt(_places[i]))
                counts = counts || sink.Counts(row);
            _places[left] = _places[i];
            left += counts ? 1 : 0;
        }

        Count = left;
    }
}
