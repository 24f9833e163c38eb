using System.Globalization;
using VectorServer.Storage;
using VectorServer.Storage.CrashWriter;
using VectorServer.Storage.Namespaces;

// Runs a script of writes against a data directory and prints the number of each step once it is acknowledged, so that whoever kills
// this process, or has it kill itself at the point that VECTORSERVER_KILL_AT names, knows what must survive.
// usage: CrashWriter DIRECTORY SEED FIRST_STEP END_STEP FOCUS

const int FewNamespaces = 2; // open at once, in every second process: it closes and opens them all the time

var seed = Number(args[1]);
var script = new Script(seed);
var focus = Enum.Parse<StepKind>(args[4]);
var point = KillPoint.Parse(Environment.GetEnvironmentVariable("VECTORSERVER_KILL_AT"));
var options = new EngineOptions { DataDirectory = args[0], CheckpointLogBytes = 48 << 10 };
if (seed % 2 == 0)
    options = options with { OpenNamespacesMax = FewNamespaces };
var services = new EngineServices(options);
await using var engine = VectorEngine.Open(point is null ? services : services with { Disk = new KillingDisk(point) });
foreach (var index in engine.Indexes)
    index.Stats(); // opens and recovers every namespace

var writer = new Writer(engine, Console.Out);
writer.CreateDocs();
for (var i = Number(args[2]); i < Number(args[3]); i++)
{
    var step = script.Step(i, focus);
    if (point is not null)
        point.Running = step.Kind;
    await writer.RunAsync(i, step);
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
