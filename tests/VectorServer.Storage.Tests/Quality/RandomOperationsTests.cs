using VectorServer.DataKinds;

namespace VectorServer.Storage.Tests.Quality;

/// <summary>
/// Kinds of data, sizes, codes, indexes and operations drawn at random, and every answer compared with exact search. A failure names its seed:
/// <c>VECTORSERVER_SEED</c> takes it, with <c>VECTORSERVER_ROUNDS=1</c> alone.
/// </summary>
public sealed class RandomOperationsTests : QualityContract
{
    private const double ScanRecallMin = 0.99;
    private const double GraphRecallMin = 0.95; // a few hundred matches of a graph that aims at 0.99
    private const int Operations = 6;
    private const int Queries = 6;

    private static readonly Compression[] Codes = [Compression.Auto, Compression.Auto, Compression.Auto, Compression.Float32, .. CompressionNames.Codes];
    private static readonly IndexKind[] Indexes = [IndexKind.Auto, IndexKind.Auto, IndexKind.Auto, IndexKind.Hnsw, IndexKind.IvfFlat, IndexKind.IvfPq];

    public static TheoryData<ulong> Rounds
    {
        get
        {
            var rounds = new TheoryData<ulong>();
            for (var round = 0; round < QualitySize.Rounds; round++)
                rounds.Add(QualitySize.Seed + (ulong)round);
            return rounds;
        }
    }

    [Theory]
    [MemberData(nameof(Rounds))]
    public async Task Whatever_is_drawn_answers_are_those_of_exact_search(ulong seed)
    {
        var draw = Draw.For(seed, "random operations");
        var kind = AllKinds.List[draw.Below(AllKinds.List.Count)];
        if (draw.Chance(0.3) && kind.Dimension > 3)
            kind = kind with { Dimension = 1 + draw.Below(kind.Dimension * 2) };
        var rows = draw.Chance(0.5) ? 1 + draw.Below(2000) : 5000 + draw.Below(QualitySize.IsLong ? 25_000 : 2500);
        var (code, index) = (Codes[draw.Below(Codes.Length)], Indexes[draw.Below(Indexes.Length)]);
        var findings = new Findings(
            $"VECTORSERVER_SEED={seed}: {kind.Name}, {rows} rows, {code.ToName()}, {index.ToName()}", index == IndexKind.Hnsw ? GraphRecallMin : ScanRecallMin);
        TestContext.Current.TestOutputHelper?.WriteLine($"VECTORSERVER_SEED={seed}");
        var tested = Create(DataSet.Create(kind, rows, seed), findings, code, index, withMetadata: true);
        await tested.LoadAsync(Cancellation);
        var steps = "loaded";
        Ask(tested, draw, steps);
        for (var i = 0; i < Operations; i++)
        {
            steps += ", " + await ChangeAsync(tested, draw);
            Ask(tested, draw, steps);
        }

        findings.AssertGood();
    }

    private async Task<string> ChangeAsync(TestedIndex tested, Draw draw)
    {
        switch (draw.Below(8))
        {
            case 0:
                await tested.DeleteShareAsync(0.5 * draw.Unit(), Cancellation);
                return "deleted";
            case 1:
                await tested.UpdateShareAsync(0.5 * draw.Unit(), Cancellation);
                return "updated";
            case 2:
                await tested.CompactAsync(Cancellation);
                return "compacted";
            case 3:
                await ReopenAsync(tested);
                return "restarted";
            case 4:
                await tested.SettleAsync(Cancellation);
                return "settled";
            case 5:
                // Copies of one row, and of rows that are there already.
                var copied = tested.Data.Row(draw.Below(tested.Data.Count));
                await tested.PutAsync([.. Enumerable.Range(0, 1 + draw.Below(300)).Select(row => tested.Record(row % tested.Data.Count, copied))
                    .DistinctBy(record => record.Id)], load: draw.Chance(0.5), Cancellation);
                return "copied";
            case 6:
                // All that lies near one row.
                await tested.DeleteAsync([.. tested.Live().Records.Where(record => record.Near < 30).Select(record => record.Id)], Cancellation);
                return "a neighbourhood deleted";
            default:
                await tested.PutAsync([.. Enumerable.Range(0, 1 + draw.Below(Math.Min(2000, tested.Data.Count))).Select(row => tested.Record(row, tested.Data.Row(row)))],
                    load: draw.Chance(0.5), Cancellation);
                return "written back";
        }
    }

    private static void Ask(TestedIndex tested, Draw draw, string step)
    {
        for (var i = 0; i < Queries; i++)
        {
            var kind = (QueryKind)draw.Below(5);
            var query = draw.Chance(0.05) ? new float[tested.Data.Dimension] : tested.Data.Queries(kind, 1)[0];
            var topK = draw.Chance(0.5) ? 10 : 1 + draw.Below(150);
            var bound = draw.Below(1001);
            var (filter, matching) = draw.Below(4) switch
            {
                0 => ($$$"""{"permille":{"$lt":{{{bound}}}}}""", new Matching([.. tested.Live().Records.Where(record => record.Permille < bound)])),
                1 => ($$$"""{"near":{"$gte":{{{bound}}}}}""", new Matching([.. tested.Live().Records.Where(record => record.Near >= bound)])),
                _ => (null, tested.Live()),
            };
            tested.Ask(step, kind, query, matching, filter is null ? null : Filter.Parse(System.Text.Json.JsonElement.Parse(filter)), topK);
        }
    }
}
