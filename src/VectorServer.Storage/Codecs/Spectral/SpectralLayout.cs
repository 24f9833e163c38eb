namespace VectorServer.Storage.Codecs.Spectral;

/// <summary>
/// Where things are in a spectral code. A vector's slots are split into pages of at most 256, so that a slot's number within its page
/// is one byte; each page owns a fixed number of lane groups. A lane is one kept slot of one row, a group is 4 lanes of 16 rows:
/// <code>
/// block: group 0: index[64]  re[64]  im[64]      byte 4 * row + lane of each
///        group 1 ...                             pages in order
///        sum[16]     int32, of all re and im codes of the row
///        the block's <see cref="BlockSide"/>
/// </code>
/// Four lanes of a row are neighbours because VPMADDUBSW and VPMADDWD add four neighbouring products into one int32 per row.
/// </summary>
internal sealed class SpectralLayout
{
    public const int SlotsPerPageMax = 256;
    public const int LanesPerGroup = 4;
    public const int PartBytes = LanesPerGroup * Codec.RowsPerBlock;
    public const int GroupBytes = 3 * PartBytes;

    /// <param name="slots">Slots of a spectrum.</param>
    /// <param name="groupsPerPage">Lane groups of each page.</param>
    public SpectralLayout(int slots, int[] groupsPerPage)
    {
        Slots = slots;
        GroupsPerPage = groupsPerPage;
        SumOffset = groupsPerPage.Sum() * GroupBytes;
        Side = new BlockSide(SumOffset + sizeof(int) * Codec.RowsPerBlock, HasError: true);
    }

    public int Slots { get; }

    public int[] GroupsPerPage { get; }

    public int Pages => GroupsPerPage.Length;

    public int SumOffset { get; }

    public BlockSide Side { get; }

    public int BlockBytes => Side.End;

    /// <summary>Pages needed for a number of slots.</summary>
    public static int PageCount(int slots) => (slots + SlotsPerPageMax - 1) / SlotsPerPageMax;

    /// <summary>First slot of a page; pages are as equal as can be, and the page after the last begins at the end.</summary>
    public int PageStart(int page) => (int)((long)page * Slots / Pages);

    /// <summary>Slots of a page.</summary>
    public int PageSlots(int page) => PageStart(page + 1) - PageStart(page);

    /// <summary>Lanes of a page that hold a slot; the rest of its last group is padding.</summary>
    public int PageLanes(int page) => Math.Min(GroupsPerPage[page] * LanesPerGroup, PageSlots(page));
}
