using VectorServer.Storage.IO;

namespace VectorServer.Storage.Ann.Ivf;

/// <summary>How the rows of lists are coded and ranked. Immutable and thread-safe.</summary>
internal abstract class ListCode
{
    /// <summary>Whether no rank is farther from its estimate than the width says.</summary>
    public abstract bool IsCertain { get; }

    /// <summary>Bytes of the codes of 16 rows.</summary>
    public abstract int BlockBytes { get; }

    /// <summary>Bytes of memory that do not depend on the rows.</summary>
    public abstract long Bytes { get; }

    /// <summary>Writes the code of a row into its block.</summary>
    /// <param name="point">The row, in the space of the lists.</param>
    /// <param name="centroid">The centre of its list.</param>
    /// <param name="block">The row's block; only the row's own bytes are touched.</param>
    /// <param name="rowInBlock">0..15.</param>
    /// <param name="scratch">What a call may use: <c>[2 x dimension]</c>.</param>
    /// <returns>The length of what the code takes from the row, where the code does not keep it.</returns>
    public abstract float Encode(ReadOnlySpan<float> point, ReadOnlySpan<float> centroid, Span<byte> block, int rowInBlock, Span<float> scratch);

    /// <summary>What of a query does not depend on a list; immutable.</summary>
    public abstract ListQuery Prepare(ReadOnlySpan<float> point);

    /// <summary>Writes what <see cref="Encode"/> and <see cref="Prepare"/> need.</summary>
    internal abstract void Write(CheckedWriter file);
}

/// <summary>A query, ready to rank the rows of any list.</summary>
internal abstract class ListQuery
{
    /// <summary>Estimates how near the rows of a list are: minus their squared distance, or their product.</summary>
    /// <param name="toCentroid">The part of a product that the list's centre gives: <c>q.c - c.c</c>.</param>
    /// <param name="blocks">The list's blocks.</param>
    /// <param name="errors">What <see cref="ListCode.Encode"/> returned, one per row.</param>
    /// <param name="nears">Out: one per row; higher is nearer.</param>
    /// <param name="widths">Out: by how much each may be wrong.</param>
    public abstract void Estimate(float toCentroid, ReadOnlySpan<byte> blocks, ReadOnlySpan<float> errors, Span<float> nears, Span<float> widths);
}
