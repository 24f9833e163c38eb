using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Codecs.Spectral;

/// <summary>
/// Where things are in a spectral code. A vector's slots are split into pages of at most 256, so that a slot's number within its page
/// is one byte; each page owns a fixed number of lane groups. A lane is one kept slot of one row, a group is 4 lanes of 16 rows:
/// <code>
/// block: group 0: index[64]  re[64]  im[64]      byte 4 * row + lane of each
///        group 1 ...                             pages in order
///        sum[16]     int32, of all re and im codes of the row
///        factor[16]  float32, undoes what the code has lost of the row
///        bias[16]    float32, the part of the score that the mean carries
///        length[16]  float32, the vector's length; absent for cosine
/// </code>
/// Four lanes of a row are neighbours because VPMADDUBSW and VPMADDWD add four neighbouring products into one int32 per row.
/// </summary>
internal sealed class SpectralLayout
{
    public const int SlotsPerPageMax = 256;
    public const int LanesPerGroup = 4;
    public const int PartBytes = LanesPerGroup * Codec.RowsPerBlock;
    public const int GroupBytes = 3 * PartBytes;

    /// <summary>Bytes of one kind of side data of a block.</summary>
    public const int SideBytes = sizeof(float) * Codec.RowsPerBlock;

    /// <param name="slots">Slots of a spectrum.</param>
    /// <param name="metric">All but cosine keep the vector's length.</param>
    /// <param name="groupsPerPage">Lane groups of each page.</param>
    public SpectralLayout(int slots, Metric metric, int[] groupsPerPage)
    {
        Slots = slots;
        GroupsPerPage = groupsPerPage;
        HasLength = metric != Metric.Cosine;
        SumOffset = groupsPerPage.Sum() * GroupBytes;
        BlockBytes = SumOffset + (HasLength ? 4 : 3) * SideBytes;
    }

    public int Slots { get; }

    public int[] GroupsPerPage { get; }

    public int Pages => GroupsPerPage.Length;

    public bool HasLength { get; }

    public int SumOffset { get; }

    public int FactorOffset => SumOffset + SideBytes;

    public int BiasOffset => SumOffset + 2 * SideBytes;

    public int LengthOffset => SumOffset + 3 * SideBytes;

    public int BlockBytes { get; }

    /// <summary>Pages needed for a number of slots.</summary>
    public static int PageCount(int slots) => (slots + SlotsPerPageMax - 1) / SlotsPerPageMax;

    /// <summary>First slot of a page; pages are as equal as can be, and the page after the last begins at the end.</summary>
    public int PageStart(int page) => (int)((long)page * Slots / Pages);

    /// <summary>Slots of a page.</summary>
    public int PageSlots(int page) => PageStart(page + 1) - PageStart(page);

    /// <summary>Lanes of a page that hold a slot; the rest of its last group is padding.</summary>
    public int PageLanes(int page) => Math.Min(GroupsPerPage[page] * LanesPerGroup, PageSlots(page));
}
