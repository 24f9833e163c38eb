namespace VectorServer.Storage.CrashWriter;

/// <summary>
/// A long series of writes that a seed fixes, so that the process that makes them and the one that checks them agree without talking:
/// step i is the same in both.
/// </summary>
public sealed class Script(int seed)
{
    public const int Dimension = 24;
    public const string Big = "big"; // has enough records for codes and for an approximate index
    public const string Toggled = "toggled"; // the one namespace that is deleted
    public const int BatchRecords = 1000;
    public const int BurstWrites = 6;
    private const int IdCount = 400; // few enough that records are replaced and deleted often

    private static readonly StepKind[] Kinds = Enum.GetValues<StepKind>();

    /// <summary>What step <paramref name="number"/> does; every third is of the kind <paramref name="focus"/>, so that rare ones come soon.</summary>
    public ScriptStep Step(int number, StepKind focus)
    {
        var random = new Random(unchecked((seed * 1_000_003) + number));
        var kind = random.Next(3) == 0 ? focus : Kinds[random.Next(Kinds.Length)];
        var ns = random.Next(8) switch { < 4 => "", < 6 => "a", 6 => Toggled, _ => Big };
        var records = kind switch
        {
            StepKind.Upsert or StepKind.Load => Records(random, random.Next(1, 60)),
            StepKind.Batch => Batch(random),
            StepKind.Burst => [.. Enumerable.Range(0, BurstWrites).Select(i => Record(random, $"burst-{i}-{random.Next(10)}"))],
            StepKind.Update => [Record(random, Id(random))],
            _ => [],
        };
        return new ScriptStep(
            kind,
            kind switch { StepKind.Batch => Big, StepKind.Burst => "", StepKind.Namespace => Toggled, _ => ns },
            records,
            kind == StepKind.Delete ? [.. Enumerable.Range(0, 10).Select(_ => Id(random))] : [],
            random.Next(1000),
            random.Next(5));
    }

    private static CrashRecord[] Records(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => Record(random, Id(random)))];

    private static CrashRecord[] Batch(Random random)
    {
        var first = random.Next(3) * BatchRecords;
        return [.. Enumerable.Range(first, BatchRecords).Select(i => Record(random, $"batch-{i}"))];
    }

    private static CrashRecord Record(Random random, string id)
    {
        var values = new float[Dimension];
        for (var i = 0; i < values.Length; i++)
            values[i] = BitConverter.Int32BitsToSingle((random.Next() & 0x3fff_ffff) | 0x2000_0000); // any bits up to 2, some next to nothing
        values[0] = 0.5f + random.NextSingle(); // a vector of nothing else would be refused
        var sparse = random.Next(3) == 0 ? SparseVector.Create([(uint)random.Next(50), 50 + (uint)random.Next(50)], [values[0], -values[1]]) : null;
        return new CrashRecord(id, values, sparse, random.Next(), new string('x', random.Next(50)) + "é", random.Next(5));
    }

    private static string Id(Random random) => $"record-{random.Next(IdCount)}";
}
