namespace VectorServer.Storage.Scoring;

/// <summary>
/// Short rows: their sums stay apart lane by lane for as many rows as a register has lanes, and are added up together by a tree that halves
/// the registers, so that no row pays for a sum across lanes of its own. Rows shorter than a register share one: it is loaded as the rows
/// lie, and their components are spread to fields whose length is a power of two, which is where the tree begins.
/// </summary>
internal static class SideBySide
{
    /// <summary>From here on the sum across lanes is a small part of a row's cost.</summary>
    public const int DimensionMax = 64;

    private const int BlockLanes = 4; // a tree adds within blocks of four lanes first, which costs less than across them

    /// <summary>The lanes that one row takes of a register.</summary>
    public static int FieldOf(int dimension, int lanes)
    {
        var field = 1;
        while (field < dimension && field < lanes)
            field *= 2;
        return field;
    }

    /// <summary>For each lane, where its component lies from the first row on, what it meets of the query, and whether it has one.</summary>
    public static void Spread(ReadOnlySpan<float> query, Span<int> from, Span<float> spreadQuery, Span<int> mask)
    {
        var field = FieldOf(query.Length, from.Length);
        for (var lane = 0; lane < from.Length; lane++)
        {
            var (row, component) = (lane / field, lane % field);
            var isUsed = component < query.Length;
            from[lane] = isUsed ? (row * query.Length) + component : 0;
            spreadQuery[lane] = isUsed ? query[component] : 0;
            mask[lane] = isUsed ? -1 : 0;
        }
    }

    /// <summary>The lane of each row's sum in what a tree leaves.</summary>
    public static void Order(int field, Span<int> lanes)
    {
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            var (block, place) = (lane / BlockLanes, lane % BlockLanes);
            var row = field switch
            {
                2 => (2 * block) + (place % 2) + (place < 2 ? 0 : lanes.Length / 2),
                4 => (lanes.Length / BlockLanes * place) + block,
                8 when lanes.Length == 16 => (block / 2 * 8) + (2 * place) + (block % 2),
                _ => lane,
            };
            lanes[row] = lane;
        }
    }
}
