namespace VectorServer.Storage.Codecs.Rabitq;

/// <summary>What searches by some centres would read, as a sample that asks for its own nearest tells it.</summary>
internal sealed class SampleReads
{
    private const float Kappa = 3.5f; // between the bounds that searches take

    // Shares of a residual's length that codes of so many bits lose, of coordinates that are normally distributed.
    private static readonly float[] Lost = [1, 0.755f, 0.365f, 0.189f, 0.108f];

    private readonly int _dimension;
    private readonly double _centres; // read by a query
    private readonly double _tables;
    private readonly double _scanned;
    private readonly double[] _kept = new double[Lost.Length]; // rows that so many bits leave in

    /// <param name="centres">Row-major.</param>
    /// <param name="rows">The sample, row-major.</param>
    /// <param name="dimension">Components of a row.</param>
    /// <param name="rowCount">Rows that the sample stands for.</param>
    /// <param name="reach">For each query its distance to the last of the nearest.</param>
    public SampleReads(ReadOnlySpan<float> centres, float[] rows, int dimension, int rowCount, float[] reach)
    {
        _dimension = dimension;
        var count = rows.Length / dimension;
        var weight = (double)rowCount / count;
        _centres = centres.Length / dimension;
        var nearest = new int[count];
        var lengths = new float[count];
        var widest = new float[(int)_centres];
        for (var row = 0; row < count; row++)
        {
            var vector = rows.AsSpan(row * dimension, dimension);
            nearest[row] = widest.Length == 1 ? 0 : CentreChoice.Nearest(centres, vector);
            lengths[row] = MathF.Sqrt(FloatKernels.Distance(vector, centres.Slice(nearest[row] * dimension, dimension)));
            widest[nearest[row]] = Math.Max(widest[nearest[row]], lengths[row]);
        }

        var share = MathF.Min(1, Kappa / MathF.Sqrt(Math.Max(1, dimension - 1)));
        var toCentre = new float[widest.Length];
        for (var query = 0; query < reach.Length; query++)
        {
            var vector = rows.AsSpan(CentreChoice.QueryRow(query, count) * dimension, dimension);
            for (var i = 0; i < toCentre.Length; i++)
            {
                toCentre[i] = MathF.Sqrt(FloatKernels.Distance(vector, centres.Slice(i * dimension, dimension)));
                _tables += IsRead(i) ? 1d / reach.Length : 0;
            }

            for (var row = 0; row < count; row++)
            {
                if (!IsRead(nearest[row]))
                    continue;
                _scanned += weight / reach.Length;
                var gap = FloatKernels.Distance(vector, rows.AsSpan(row * dimension, dimension)) - reach[query] * reach[query];
                var width = 2 * share * lengths[row] * Math.Min(reach[query], toCentre[nearest[row]]);
                for (var bits = 1; bits < Lost.Length; bits++)
                    _kept[bits] += gap <= width * Lost[bits] ? weight / reach.Length : 0;
            }

            bool IsRead(int centre) => toCentre[centre] - widest[centre] <= reach[query];
        }
    }

    /// <summary>
    /// Time that a query takes with so many bits scanned and read row by row, in nanoseconds of the machine the prices are of; only ratios
    /// count.
    /// </summary>
    public double Cost(int planes, int low)
    {
        // Prices on a core with AVX-512: the instructions of a block of 32 rows; a row's lower bits, and what it takes to
        // hold a row that may be near and to score it, from memory.
        var block = 10 + 1.5 * planes * (_dimension / 16.0);
        var lows = low == 0 ? 0 : 14 + 0.02 * _dimension;
        var exact = 100 + 0.3 * _dimension;
        return _centres * (5 + 0.08 * _dimension)
            + _tables * (100 + 0.5 * _dimension + block / 2)
            + _scanned * block / 32
            + _kept[planes] * lows
            + _kept[planes + low] * exact;
    }
}
