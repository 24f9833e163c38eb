using System.Text.Json;
using VectorServer.Storage.Metadata;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.CrashWriter;

/// <summary>
/// A long series of writes that a seed fixes, so that the process that makes them and the one that checks them agree without talking:
/// step i is the same in both.
/// </summary>
public sealed class Script(int seed)
{
    public const int Dimension = 24;
    private const int IdCount = 400; // few enough that records are replaced and deleted often

    /// <summary>What step <paramref name="number"/> does.</summary>
    public ScriptStep this[int number]
    {
        get
        {
            var random = new Random(unchecked((seed * 1_000_003) + number));
            return random.Next(20) switch
            {
                0 => new ScriptStep(StepKind.Delete, [], [.. Enumerable.Range(0, 10).Select(_ => Id(random))]),
                1 when random.Next(10) == 0 => new ScriptStep(StepKind.Clear, [], []),
                2 => new ScriptStep(StepKind.Compact, [], []),
                3 => new ScriptStep(StepKind.Flush, [], []),
                4 => new ScriptStep(StepKind.Load, Records(random), []),
                _ => new ScriptStep(StepKind.Upsert, Records(random), []),
            };
        }
    }

    /// <summary>Every record after the first <paramref name="steps"/> steps, by id.</summary>
    public Dictionary<string, VectorRecord> StateAfter(int steps)
    {
        var state = new Dictionary<string, VectorRecord>(StringComparer.Ordinal);
        for (var i = 0; i < steps; i++)
        {
            var step = this[i];
            foreach (var record in step.Records)
                state[record.Id] = record;
            foreach (var id in step.Ids)
                state.Remove(id);
            if (step.Kind == StepKind.Clear)
                state.Clear();
        }

        return state;
    }

    private static VectorRecord[] Records(Random random) => [.. Enumerable.Range(0, random.Next(1, 120)).Select(_ => Record(random))];

    private static VectorRecord Record(Random random)
    {
        var values = new float[Dimension];
        for (var i = 0; i < values.Length; i++)
            values[i] = BitConverter.Int32BitsToSingle((random.Next() & 0x3fff_ffff) | 0x2000_0000); // any finite bits, never zero
        var metadata = JsonSerializer.SerializeToElement(new { n = random.Next(), text = new string('x', random.Next(50)) + "é" });
        return new VectorRecord(Id(random), values, null, RecordMetadata.Parse(metadata));
    }

    private static string Id(Random random) => $"record-{random.Next(IdCount)}";
}

public enum StepKind
{
    Upsert,
    Load,
    Delete,
    Clear,
    Compact,
    Flush,
}

/// <summary>One write and what it carries.</summary>
public sealed record ScriptStep(StepKind Kind, IReadOnlyList<VectorRecord> Records, IReadOnlyList<string> Ids);
