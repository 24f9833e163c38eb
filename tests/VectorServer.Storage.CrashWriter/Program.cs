// Runs a script of writes against a data directory and prints the number of each step once it is acknowledged, so that whoever kills
// this process knows what must survive. usage: CrashWriter DIRECTORY SEED FIRST_STEP END_STEP
using System.Globalization;
using VectorServer.Storage;
using VectorServer.Storage.CrashWriter;
using VectorServer.Storage.Registry;

var script = new Script(int.Parse(args[1], CultureInfo.InvariantCulture));
await using var engine = VectorEngine.Open(new EngineOptions { DataDirectory = args[0], CheckpointLogBytes = 64 << 10 });
if (!engine.TryGetIndex("crash", out var index))
    index = engine.CreateIndex(new IndexDescriptor { Name = "crash", Dimension = Script.Dimension });

for (var i = int.Parse(args[2], CultureInfo.InvariantCulture); i < int.Parse(args[3], CultureInfo.InvariantCulture); i++)
{
    var step = script[i];
    switch (step.Kind)
    {
        case StepKind.Upsert:
            await index.UpsertAsync("", step.Records);
            break;
        case StepKind.Load:
            await index.LoadAsync("", step.Records);
            break;
        case StepKind.Delete:
            await IgnoreAbsentAsync(index.DeleteAsync("", step.Ids));
            break;
        case StepKind.Clear:
            await IgnoreAbsentAsync(index.DeleteAllAsync(""));
            break;
        case StepKind.Compact:
            await IgnoreAbsentAsync(Compact(index));
            break;
        default:
            await index.FlushAsync();
            break;
    }

    Console.Out.WriteLine(i);
    Console.Out.Flush();
}

static async Task Compact(VectorIndex index) => await index.CompactAsync("");

// The namespace is absent until the first upsert.
static async Task IgnoreAbsentAsync(Task write)
{
    try
    {
        await write;
    }
    catch (StorageException e) when (e.Code == StorageErrorCode.NotFound)
    {
    }
}
