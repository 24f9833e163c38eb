using System.Runtime.CompilerServices;

namespace VectorServer.Storage.Codecs.Rabitq;

/// <content>What <see cref="RabitqSearch"/> reads.</content>
internal sealed unsafe partial class RabitqCodes
{
    /// <summary>Rows without a code.</summary>
    internal ReadOnlySpan<int> UncodedRows => Volatile.Read(ref _uncoded);

    public override bool Search(ReadOnlySpan<float> query, CandidateSink sink, CancellationToken cancellation)
    {
        var answers = RabitqSearch.Of(_layout).Run(this, _codec, query, sink, cancellation);
        GC.KeepAlive(this);
        return answers;
    }

    public override void Estimate(ReadOnlySpan<float> query, Span<double> ranks)
    {
        ranks.Clear();
        RabitqSearch.Of(_layout).Estimate(this, _codec, query, ranks);
        GC.KeepAlive(this);
    }

    internal ReadOnlySpan<BlockRun> RunsOf(int centre) => _runs[centre].All;

    internal float LongestOf(int centre) => _runs[centre].Longest;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte* Block(int block) => _blocks.Row(block);

    /// <summary>The lower bits of a row by its place, which counts lanes from the first block on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte* Low(int place) => _lows.Row(place / RabitqLayout.Rows) + place % RabitqLayout.Rows * _layout.LowBytes;

    /// <summary>The rows of a lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadOnlySpan<int> RowsAt(int place)
    {
        var row = (int*)_lanes.Row(place / RabitqLayout.Rows) + place % RabitqLayout.Rows;
        return *row >= 0 ? new ReadOnlySpan<int>(row, 1) : Volatile.Read(ref _copies)[~*row];
    }
}
