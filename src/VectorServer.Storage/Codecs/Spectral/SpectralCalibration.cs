namespace VectorServer.Storage.Codecs.Spectral;

/// <summary>Reads a grid and a division of lanes out of sample spectra, <c>[rows][re slots, im slots]</c>.</summary>
internal static class SpectralCalibration
{
    // Rows to come reach further than the sample did; a quarter more costs a third of a bit.
    private const float Headroom = 1.25f;

    // A slot silent in the sample still reaches an eighth as far as the loudest: the root of this.
    private const float ReachRatioMax = 64;

    /// <summary>The step of each slot.</summary>
    public static SpectralGrid Grid(int slots, ReadOnlySpan<float> spectra, int rows)
    {
        var reach = new float[slots];
        for (var row = 0; row < rows; row++)
        {
            var re = spectra.Slice(row * 2 * slots, slots);
            var im = spectra.Slice(row * 2 * slots + slots, slots);
            for (var slot = 0; slot < slots; slot++)
                reach[slot] = Math.Max(reach[slot], Math.Max(Math.Abs(re[slot]), Math.Abs(im[slot])));
        }

        // A part of a unit vector is about this large where all are alike.
        var usual = 1 / MathF.Sqrt(2 * slots);
        if (rows == 0)
            reach.AsSpan().Fill(Math.Min(1, 4 * usual));

        return new SpectralGrid(Steps(reach, smallest: usual / 4));
    }

    /// <summary>
    /// Each slot's step goes with the root of its reach. Steps in proportion to the reach would amplify the rounding of a query's weak
    /// slots, equal steps would waste the codes' range: on random walks, with a few strong slots, recall@10 of spectral_k64 alone was
    /// 0.87 and 0.93, with the root 0.92; on flat spectra all were the same up to K = 128, and at 256 the root was 0.985, equal steps 0.977.
    /// </summary>
    /// <param name="reach">Largest part of each slot in the sample.</param>
    /// <param name="smallest">The grid reaches at least this far: rows to come may differ where the sample's were all the same.</param>
    private static float[] Steps(float[] reach, float smallest)
    {
        var largest = Math.Max(reach.Max(), smallest);
        var steps = new float[reach.Length];
        for (var slot = 0; slot < steps.Length; slot++)
            steps[slot] = Headroom * MathF.Sqrt(largest * Math.Max(reach[slot], largest / ReachRatioMax)) / SpectralGrid.CodeMax;

        return steps;
    }

    /// <summary>
    /// Divides the lanes among the pages so that the sample's kept energy is greatest: each lane group goes where the next four
    /// strongest slots hold most. Without a sample the pages share evenly.
    /// </summary>
    /// <param name="slots">Slots of a spectrum.</param>
    /// <param name="kept">Slots to keep, at most all.</param>
    /// <param name="spectra">Spectra of directions.</param>
    /// <param name="rows">How many of them.</param>
    public static int[] GroupsPerPage(int slots, int kept, ReadOnlySpan<float> spectra, int rows)
    {
        var layout = new SpectralLayout(slots, new int[SpectralLayout.PageCount(slots)]);
        var gains = new double[layout.Pages][];
        for (var page = 0; page < layout.Pages; page++)
            gains[page] = GroupGains(layout, page, spectra, rows);

        var groupsPerPage = new int[layout.Pages];
        for (var left = (kept + SpectralLayout.LanesPerGroup - 1) / SpectralLayout.LanesPerGroup; left > 0; left--)
        {
            var best = -1;
            for (var page = 0; page < layout.Pages; page++)
            {
                if (groupsPerPage[page] == gains[page].Length)
                    continue;
                if (best < 0
                    || Gain(page) > Gain(best)
                    || (Gain(page) == Gain(best) && groupsPerPage[page] < groupsPerPage[best]))
                    best = page;
            }

            groupsPerPage[best]++;
        }

        return groupsPerPage;

        double Gain(int page) => gains[page][groupsPerPage[page]];
    }

    /// <summary>Energy that the first, second, ... four strongest slots of a page hold in the sample.</summary>
    private static double[] GroupGains(SpectralLayout layout, int page, ReadOnlySpan<float> spectra, int rows)
    {
        var start = layout.PageStart(page);
        var energies = new float[layout.PageSlots(page)];
        var gains = new double[(energies.Length + SpectralLayout.LanesPerGroup - 1) / SpectralLayout.LanesPerGroup];
        if (layout.Pages == 1)
            return gains;

        for (var row = 0; row < rows; row++)
        {
            var re = spectra.Slice(row * 2 * layout.Slots + start, energies.Length);
            var im = spectra.Slice(row * 2 * layout.Slots + layout.Slots + start, energies.Length);
            for (var i = 0; i < energies.Length; i++)
                energies[i] = re[i] * re[i] + im[i] * im[i];

            Array.Sort(energies);
            for (var i = 0; i < energies.Length; i++)
                gains[i / SpectralLayout.LanesPerGroup] += energies[^(i + 1)];
        }

        return gains;
    }
}
