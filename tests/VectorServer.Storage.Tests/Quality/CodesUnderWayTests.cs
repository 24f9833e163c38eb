using VectorServer.DataKinds;

namespace VectorServer.Storage.Tests.Quality;

/// <summary>
/// Whatever is done while codes are being made behind the rows (another compression, a new calibration, deletion of all, a restart), no answer is
/// wrong and no write lost. A failure names its seed: <c>VECTORSERVER_SEED</c> takes it.
/// </summary>
public sealed class CodesUnderWayTests : QualityContract
{
    private const int Rows = 12_000;
    private const int Steps = 14;

    private static readonly Compression[] Codes = [Compression.Auto, Compression.Float32, .. CompressionNames.Codes];

    private static readonly DataKind[] Kinds =
    [
        AllKinds.Find("clusters", DataMetric.Cosine, 24), AllKinds.Find("islands", DataMetric.Euclidean), AllKinds.Find("drift", DataMetric.DotProduct, 32),
        AllKinds.Find("copies-every-second", DataMetric.Cosine, 32), AllKinds.Find("all-lengths", DataMetric.DotProduct),
    ];

    public static TheoryData<ulong> Rounds => [.. Enumerable.Range(0, QualitySize.IsLong ? 60 : 5).Select(round => QualitySize.Seed + (ulong)round)];

    [Theory]
    [MemberData(nameof(Rounds))]
    public async Task Answers_are_right_and_writes_kept(ulong seed)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"VECTORSERVER_SEED={seed}");
        var draw = Draw.For(seed, "codes under way");
        var kind = Kinds[draw.Below(Kinds.Length)];
        var findings = new Findings($"VECTORSERVER_SEED={seed}: {kind.Name}", 0.99);
        var tested = Create(DataSet.Create(kind, Rows, seed), findings, Codes[draw.Below(Codes.Length)]);
        await tested.LoadAsync(Cancellation);
        var steps = "loaded";
        for (var i = 0; i < Steps; i++)
        {
            tested.Ask(steps, 1, 10);
            await Task.Delay(draw.Below(40), Cancellation);
            steps += ", " + await ChangeAsync(tested, draw);
        }

        tested.CheckRecords();
        await ReopenAsync(tested);
        tested.CheckRecords();
        tested.Ask(steps, 2, 10);
        await tested.SettleAsync(Cancellation);
        tested.Ask(steps + ", settled", 2, 10);
        findings.AssertGood();
    }

    private async Task<string> ChangeAsync(TestedIndex tested, Draw draw)
    {
        switch (draw.Below(8))
        {
            case 0 or 1:
                var code = Codes[draw.Below(Codes.Length)];
                tested.Recode(code);
                return code.ToName();
            case 2 or 3:
                await ReopenAsync(tested);
                return "restarted";
            case 4:
                await tested.ClearAsync(Cancellation);
                tested.Ask("cleared", 1, 10);
                await tested.LoadAsync(Cancellation);
                return "cleared and loaded";
            case 5:
                await tested.UpdateShareAsync(0.3, Cancellation);
                return "updated";
            case 6:
                await tested.DeleteShareAsync(0.3, Cancellation);
                return "deleted";
            default:
                await tested.CompactAsync(Cancellation);
                return "compacted";
        }
    }
}
