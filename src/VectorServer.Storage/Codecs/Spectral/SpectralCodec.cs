using System.Buffers;
using System.Runtime.InteropServices;
using VectorServer.Storage.Codecs.Fourier;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Codecs.Spectral;

/// <summary>
/// The K strongest Fourier slots of each vector, an index and two bytes each, scored against the query's whole spectrum.
/// </summary>
/// <remarks>
/// Vectors are scaled to length 1 and the index's mean spectrum m is taken off before the strongest slots are chosen: a mean that all
/// vectors share tells none apart, and would take both the slots and the query's few bits. With r = x - m and its code c:
/// <c>q.x = (q - m).r + m.x + q.m - m.m</c>. <c>(q - m).r</c> is estimated by <c>(q - m).c * r.r / r.c</c>, <c>m.x</c> is kept with the
/// row and the rest belongs to the query. Scaling by r.r / r.c makes the estimate exact for the row itself, and so unbiased for its
/// neighbours; scaling c to the length of r, the other choice, found 0.982 instead of 0.992 of the ten nearest among 80 candidates
/// (spectral_k64, 20,000 sentence embeddings of 512 dimensions), as rows that keep less were ranked too low.
/// </remarks>
internal sealed partial class SpectralCodec : Codec
{
    private readonly SpectralLayout _layout;
    private readonly SpectralGrid _grid;
    private readonly RealFft _fft;
    private readonly double _meanSquare;

    private SpectralCodec(Compression compression, Metric metric, RealFft fft, SpectralGrid grid, int[] groupsPerPage)
        : base(compression, metric, fft.Dimension)
    {
        _fft = fft;
        _grid = grid;
        _layout = new SpectralLayout(fft.Slots, metric, groupsPerPage);
        _meanSquare = grid.DotMean(grid.MeanRe, grid.MeanIm);
    }

    public override int BlockBytes => _layout.BlockBytes;

    internal SpectralLayout Layout => _layout;

    public override void Encode(ReadOnlySpan<float> vector, Span<byte> block, int rowInBlock)
    {
        if (vector.Length != Dimension || block.Length != BlockBytes)
            throw new ArgumentException($"A row has {Dimension} components and its block {BlockBytes} bytes.");
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)rowInBlock, (uint)RowsPerBlock);

        var slots = _fft.Slots;
        var spectrum = ArrayPool<float>.Shared.Rent(2 * slots);
        try
        {
            var re = spectrum.AsSpan(0, slots);
            var im = spectrum.AsSpan(slots, slots);
            var length = UnitSpectrum.Compute(_fft, vector, re, im);
            var bias = _grid.DotMean(re, im);
            var rest = _grid.Center(re, im);
            var (sum, kept) = EncodeLanes(re, im, block, rowInBlock);

            var scale = _layout.Side.HasLength ? length : 1;
            MemoryMarshal.Cast<byte, int>(block[_layout.SumOffset..])[rowInBlock] = sum;
            _layout.Side.Write(block, rowInBlock, kept > 0 ? scale * rest * rest / kept : 0, scale * bias, length);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(spectrum);
        }
    }

    /// <summary>Writes the strongest slots of every page; returns the sum of the codes and r.c.</summary>
    private (int Sum, double Kept) EncodeLanes(ReadOnlySpan<float> re, ReadOnlySpan<float> im, Span<byte> block, int rowInBlock)
    {
        Span<byte> strongest = stackalloc byte[SpectralLayout.SlotsPerPageMax];
        var sum = 0;
        double kept = 0;
        var group = 0;
        for (var page = 0; page < _layout.Pages; page++)
        {
            var start = _layout.PageStart(page);
            var count = _layout.PageSlots(page);
            var chosen = strongest[.._layout.PageLanes(page)];
            StrongestSlots.Select(re.Slice(start, count), im.Slice(start, count), chosen);

            for (var lane = 0; lane < _layout.GroupsPerPage[page] * SpectralLayout.LanesPerGroup; lane++)
            {
                var at = (group + lane / SpectralLayout.LanesPerGroup) * SpectralLayout.GroupBytes
                    + rowInBlock * SpectralLayout.LanesPerGroup + lane % SpectralLayout.LanesPerGroup;
                byte index = 0;
                sbyte codeRe = 0, codeIm = 0;
                if (lane < chosen.Length)
                {
                    index = chosen[lane];
                    var step = _grid.Steps[start + index];
                    codeRe = SpectralGrid.Quantize(re[start + index], step);
                    codeIm = SpectralGrid.Quantize(im[start + index], step);
                    sum += codeRe + codeIm;
                    kept += (double)step * (codeRe * re[start + index] + codeIm * im[start + index]);
                }

                block[at] = index;
                block[at + SpectralLayout.PartBytes] = (byte)codeRe;
                block[at + 2 * SpectralLayout.PartBytes] = (byte)codeIm;
            }

            group += _layout.GroupsPerPage[page];
        }

        return (sum, kept);
    }

    public override PreparedQuery Prepare(ReadOnlySpan<float> query)
    {
        if (query.Length != Dimension)
            throw new ArgumentException($"A query has {Dimension} components.");

        var slots = _fft.Slots;
        var spectrum = ArrayPool<float>.Shared.Rent(2 * slots);
        try
        {
            var re = spectrum.AsSpan(0, slots);
            var im = spectrum.AsSpan(slots, slots);
            var length = UnitSpectrum.Compute(_fft, query, re, im);
            var mean = _grid.DotMean(re, im) - _meanSquare;
            _grid.Center(re, im);
            var table = new byte[_layout.Pages * SpectralQuery.PageBytes];
            var level = FillTable(re, im, table);

            var weights = RankWeights.Of(Metric, length, mean);
            return new SpectralQuery
            {
                Layout = _layout,
                Table = table,
                Formula = new RankFormula(weights, weights.Dot * level, _layout.Side.HasLength),
            };
        }
        finally
        {
            ArrayPool<float>.Shared.Return(spectrum);
        }
    }

    /// <summary>Folds the grid's steps into the query and rounds it to 7 bits; returns the value of one level.</summary>
    private float FillTable(Span<float> re, Span<float> im, Span<byte> table)
    {
        float largest = 0;
        for (var slot = 0; slot < re.Length; slot++)
        {
            re[slot] *= _grid.Steps[slot];
            im[slot] *= _grid.Steps[slot];
            largest = Math.Max(largest, Math.Max(Math.Abs(re[slot]), Math.Abs(im[slot])));
        }

        table.Fill(SpectralQuery.Zero);
        if (largest == 0)
            return 0;

        var level = largest / SpectralQuery.LevelMax;
        for (var page = 0; page < _layout.Pages; page++)
        {
            var start = _layout.PageStart(page);
            var pageTable = table.Slice(page * SpectralQuery.PageBytes, SpectralQuery.PageBytes);
            for (var i = 0; i < _layout.PageSlots(page); i++)
            {
                pageTable[i] = (byte)(SpectralQuery.Zero + Math.Clamp(MathF.Round(re[start + i] / level), -SpectralQuery.LevelMax, SpectralQuery.LevelMax));
                pageTable[SpectralLayout.SlotsPerPageMax + i] =
                    (byte)(SpectralQuery.Zero + Math.Clamp(MathF.Round(im[start + i] / level), -SpectralQuery.LevelMax, SpectralQuery.LevelMax));
            }
        }

        return level;
    }

    public override void Score(PreparedQuery query, ReadOnlySpan<byte> blocks, Span<float> scores)
    {
        var spectral = (SpectralQuery)query;
        if (!ReferenceEquals(spectral.Layout, _layout))
            throw new ArgumentException("The query was prepared by another codec.");

        SpectralScore.Blocks(spectral, blocks, scores);
    }
}
