using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Scoring;

/// <summary>Sixteen short rows at a time. Requires AVX-512 and 1 to <see cref="SideBySide.DimensionMax"/> components.</summary>
internal static class SideBySide512<TKernel>
    where TKernel : struct, IRowKernel
{
    private const int Lanes = 16;

    /// <inheritdoc cref="ExactScorer.Rows512"/>
    public static void Rows(ReadOnlySpan<float> rows, ReadOnlySpan<float> query, float queryNorm, Span<float> scores)
    {
        // A run's last load may end a register's length beyond its last row; what lies too near the end is read from a copy.
        var direct = Math.Max(0, Math.Min(scores.Length, (rows.Length - Lanes) / query.Length)) / Lanes * Lanes;
        Runs(rows, query, queryNorm, scores[..direct]);
        Span<float> copy = stackalloc float[Lanes * (SideBySide.DimensionMax + 1)];
        Span<float> copied = stackalloc float[Lanes];
        for (var i = direct; i < scores.Length; i += Lanes)
        {
            var count = Math.Min(Lanes, scores.Length - i);
            rows.Slice(i * query.Length, count * query.Length).CopyTo(copy);
            Runs(copy, query, queryNorm, copied);
            copied[..count].CopyTo(scores[i..]);
        }
    }

    private static void Runs(ReadOnlySpan<float> rows, ReadOnlySpan<float> query, float queryNorm, Span<float> scores)
    {
        switch (SideBySide.FieldOf(query.Length, Lanes))
        {
            case 1:
                Runs<Field1>(rows, query, queryNorm, scores);
                break;
            case 2:
                Runs<Field2>(rows, query, queryNorm, scores);
                break;
            case 4:
                Runs<Field4>(rows, query, queryNorm, scores);
                break;
            case 8:
                Runs<Field8>(rows, query, queryNorm, scores);
                break;
            default:
                Runs<Field16>(rows, query, queryNorm, scores);
                break;
        }
    }

    private static void Runs<TField>(ReadOnlySpan<float> rows, ReadOnlySpan<float> query, float queryNorm, Span<float> scores)
        where TField : struct, IField
    {
        Span<int> from = stackalloc int[Lanes];
        Span<float> spreadQuery = stackalloc float[Lanes];
        Span<int> mask = stackalloc int[Lanes];
        Span<int> order = stackalloc int[Lanes];
        SideBySide.Spread(query, from, spreadQuery, mask);
        SideBySide.Order(TField.Lanes, order);
        var shape = new Shape(Vector512.Create<int>(from), Vector512.Create<int>(mask).AsSingle(), Vector512.Create<float>(spreadQuery));
        var ordered = Vector512.Create<int>(order);
        ref var run = ref MemoryMarshal.GetReference(rows);
        ref var score = ref MemoryMarshal.GetReference(scores);
        for (var i = 0; i < scores.Length; i += Lanes, run = ref Unsafe.Add(ref run, Lanes * query.Length))
        {
            var sum = Tree<TKernel, TField>(ref run, query, shape);
            var squares = !TKernel.NeedsSquares ? default
                : TKernel.TakesMoreSquares ? Vector512.Create(SquaresOf(ref run, query.Length))
                : Tree<SquaresKernel, TField>(ref run, query, shape);
            var values = TKernel.Finish(sum, squares, queryNorm);
            if (TField.Lanes is > 1 and < 16)
                values = Vector512.ShuffleNative(values, ordered);
            values.StoreUnsafe(ref score, (nuint)i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Tree<TTerm, TField>(ref float run, ReadOnlySpan<float> query, in Shape shape)
        where TTerm : struct, IRowKernel
        where TField : struct, IField
    {
        var step = Lanes / TField.Lanes * query.Length;
        if (TField.Lanes == 1)
            return Part<TTerm, TField>(ref run, query, shape);
        if (TField.Lanes == 2)
            return AddPairs(Part<TTerm, TField>(ref run, query, shape), Part<TTerm, TField>(ref Unsafe.Add(ref run, step), query, shape));
        var first = Four<TTerm, TField>(ref run, step, query, shape);
        if (TField.Lanes == 4)
            return first;
        var second = Four<TTerm, TField>(ref Unsafe.Add(ref run, 4 * step), step, query, shape);
        if (TField.Lanes == 8)
            return AddBlocks(first, second);
        var third = Four<TTerm, TField>(ref Unsafe.Add(ref run, 8 * step), step, query, shape);
        var fourth = Four<TTerm, TField>(ref Unsafe.Add(ref run, 12 * step), step, query, shape);
        return AddBlocks(AddBlocks(first, second), AddBlocks(third, fourth));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Four<TTerm, TField>(ref float run, int step, ReadOnlySpan<float> query, in Shape shape)
        where TTerm : struct, IRowKernel
        where TField : struct, IField =>
        AddPairs(
            AddPairs(Part<TTerm, TField>(ref run, query, shape), Part<TTerm, TField>(ref Unsafe.Add(ref run, step), query, shape)),
            AddPairs(
                Part<TTerm, TField>(ref Unsafe.Add(ref run, 2 * step), query, shape),
                Part<TTerm, TField>(ref Unsafe.Add(ref run, 3 * step), query, shape)));

    /// <summary>What the rows of one register add up to, lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Part<TTerm, TField>(ref float row, ReadOnlySpan<float> query, in Shape shape)
        where TTerm : struct, IRowKernel
        where TField : struct, IField
    {
        var components = Vector512.LoadUnsafe(ref row);
        if (TField.Lanes < Lanes)
            components = Vector512.ShuffleNative(components, shape.From);
        var sum = TTerm.Add(components & shape.Mask, shape.Query, Vector512<float>.Zero);
        return TField.Lanes == Lanes && query.Length > Lanes ? AddRest<TTerm>(ref row, query, sum) : sum;
    }

    /// <summary>The sum of squares of a whole run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float SquaresOf(ref float run, int dimension)
    {
        Vector512<float> even = default, odd = default;
        var i = 0;
        for (; i + 2 <= dimension; i += 2)
        {
            var (first, second) = (Vector512.LoadUnsafe(ref run, (nuint)(i * Lanes)), Vector512.LoadUnsafe(ref run, (nuint)((i + 1) * Lanes)));
            even = Vector512.FusedMultiplyAdd(first, first, even);
            odd = Vector512.FusedMultiplyAdd(second, second, odd);
        }

        if (i < dimension)
        {
            var last = Vector512.LoadUnsafe(ref run, (nuint)(i * Lanes));
            even = Vector512.FusedMultiplyAdd(last, last, even);
        }

        return Vector512.Sum(even + odd);
    }

    /// <summary>Adds the components beyond the first register; the last load repeats some, which are blanked out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> AddRest<TTerm>(ref float row, ReadOnlySpan<float> query, Vector512<float> sum)
        where TTerm : struct, IRowKernel
    {
        ref var q = ref MemoryMarshal.GetReference(query);
        nuint at = Lanes;
        for (; at + Lanes <= (nuint)query.Length; at += Lanes)
            sum = TTerm.Add(Vector512.LoadUnsafe(ref row, at), Vector512.LoadUnsafe(ref q, at), sum);
        if (at == (nuint)query.Length)
            return sum;
        var tail = Vector512.GreaterThanOrEqual(Vector512<int>.Indices, Vector512.Create((int)(at + Lanes) - query.Length)).AsSingle();
        at = (nuint)query.Length - Lanes;
        return TTerm.Add(Vector512.LoadUnsafe(ref row, at) & tail, Vector512.LoadUnsafe(ref q, at) & tail, sum);
    }

    /// <summary>Adds neighbouring lanes within blocks of four: two sums of the first register, then two of the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> AddPairs(Vector512<float> first, Vector512<float> second) =>
        Avx512F.Shuffle(first, second, 0b10_00_10_00) + Avx512F.Shuffle(first, second, 0b11_01_11_01);

    /// <summary>Adds neighbouring blocks of four lanes: two sums of the first register, then two of the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> AddBlocks(Vector512<float> first, Vector512<float> second) =>
        Avx512F.Shuffle4x128(first, second, 0b10_00_10_00) + Avx512F.Shuffle4x128(first, second, 0b11_01_11_01);

    /// <summary>Where a register's components come from, which of its lanes have one, and what these meet of the query.</summary>
    private readonly struct Shape(Vector512<int> from, Vector512<float> mask, Vector512<float> query)
    {
        public Vector512<int> From { get; } = from;

        public Vector512<float> Mask { get; } = mask;

        public Vector512<float> Query { get; } = query;
    }
}
