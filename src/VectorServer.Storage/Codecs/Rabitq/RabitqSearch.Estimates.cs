namespace VectorServer.Storage.Codecs.Rabitq;

/// <content>Estimates of all rows, for what compares codecs.</content>
internal sealed unsafe partial class RabitqSearch
{
    /// <summary>The product with the query of each row's code, undone of what the code has lost, and what belongs to its centre: ranks of the space.</summary>
    /// <returns>False where the query has no place in the space.</returns>
    public bool Estimate(RabitqCodes codes, RabitqCodec codec, ReadOnlySpan<float> query, Span<double> ranks)
    {
        (_codec, _codes) = (codec, codes);
        if (!Load(query))
            return false;
        for (var centre = 0; centre < codec.CentreCount; centre++)
        {
            FillTable(centre);
            if (layout.Low > 0)
                _tables.FillBytes();
            foreach (var run in codes.RunsOf(centre))
            {
                for (var block = run.First; block < run.First + run.Count; block++)
                    EstimateBlock(block, CostOf(centre), ranks);
            }
        }

        return true;
    }

    private void EstimateBlock(int block, float cost, Span<double> ranks)
    {
        var planes = _codes.Block(block);
        SignScore.Block(planes, TablePointer, layout, out var low, out var high);
        for (var lane = 0; lane < RabitqLayout.Rows; lane++)
        {
            var place = block * RabitqLayout.Rows + lane;
            var side = (float*)(planes + layout.SideOffset) + lane;
            var (factor, square) = (side[0], side[RabitqLayout.Rows]);
            if (float.IsInfinity(square))
                continue;
            var product = (lane < 16 ? low[lane] : high[lane - 16]) * _tables.Level + _tables.Base;
            if (layout.Low > 0)
            {
                var row = _codes.Low(place);
                product = product * (1 << layout.Low) + LowScore.Dot(row, row, row, row, BytesPointer, layout)[0] * _tables.LowLevel + _tables.LowBase;
                factor = ((float*)(row + layout.LowSideOffset))[0];
            }

            var rank = IsDistance ? 2 * factor * product - cost - square : factor * product - cost;
            foreach (var row in _codes.RowsAt(place))
            {
                if (row < ranks.Length)
                    ranks[row] = _scale.ToMetric(rank);
            }
        }
    }
}
