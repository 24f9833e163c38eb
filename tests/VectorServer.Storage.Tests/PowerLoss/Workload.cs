using System.Globalization;
using System.Text.Json;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Tests.PowerLoss;

/// <summary>One step of a workload: what is asked of the engine, and what the engine then holds.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Run">Ends when the step is acknowledged.</param>
/// <param name="Apply">The same to the model.</param>
/// <param name="Between">To the model: what may be seen on the way, if the step is not one; a write makes its namespace first.</param>
internal sealed record Step(string Name, Func<VectorEngine, Task> Run, Action<Model> Apply, Action<Model>? Between = null);

/// <summary>A series of steps that a seed fixes: every kind of change that the engine makes on its disk.</summary>
internal static class Workload
{
    public const int Dimension = 4;
    private const int IdCount = 40; // few enough that records are replaced and deleted often
    private static readonly string[] Namespaces = ["", "one", "two"];

    public static EngineServices Services(string directory, IO.Disk? disk = null, Action<string>? log = null) =>
        new(new EngineOptions
        {
            DataDirectory = directory,
            CheckpointLogBytes = 3000, // a checkpoint every few writes
            ReserveBytes = 1000,
            Log = log,
        })
        {
            Disk = disk ?? IO.Disk.Real,
        };

    public static IReadOnlyList<Step> Create(int seed, int length)
    {
        var random = new Random(seed);
        var steps = new List<Step> { CreateIndex("docs") };
        var model = new Model();
        steps[0].Apply(model);
        while (steps.Count < length)
        {
            var step = Next(random, model, steps.Count);
            step.Apply(model);
            steps.Add(step);
        }

        return steps;
    }

    private static Step Next(Random random, Model model, int number)
    {
        var docs = model.Indexes["docs"];
        var present = docs.Namespaces.Keys.Order(StringComparer.Ordinal).ToArray();
        var ns = present.Length == 0 ? "" : present[random.Next(present.Length)];
        switch (random.Next(26))
        {
            case 0 when present.Length > 0:
                return Delete(ns, [.. Enumerable.Range(0, 6).Select(_ => Id(random)).Distinct()]);
            case 1 when present.Length > 0:
                return DeleteByColour(ns, random.Next(3));
            case 2 when present.Length > 0:
                return new Step("clear", engine => engine.GetIndex("docs").DeleteAllAsync(ns), m => m.Indexes["docs"].Namespaces[ns].Clear());
            case 3 or 4 when present.Length > 0:
                return new Step($"compact '{ns}'", engine => engine.GetIndex("docs").CompactAsync(ns), _ => { });
            case 5 or 6:
                return new Step("flush", engine => engine.GetIndex("docs").FlushAsync(), _ => { });
            case 24 or 25:
                return new Step("close what is idle", engine => engine.CloseIdleAsync(long.MaxValue), _ => { });
            case 7 or 8:
                return Load(Namespaces[random.Next(3)], Records(random, 12));
            case 9 when ns.Length > 0 && !docs.Aliases.ContainsValue(ns):
                return new Step($"delete namespace {ns}", engine => engine.GetIndex("docs").DeleteNamespaceAsync(ns), m => m.Indexes["docs"].Namespaces.Remove(ns));
            case 10 when !docs.Namespaces.ContainsKey("two"):
                return new Step("create namespace two", engine => { engine.GetIndex("docs").CreateNamespace("two", null); return Task.CompletedTask; }, m => m.Indexes["docs"].Namespaces["two"] = []);
            case 11 when ns.Length > 0 && docs.Aliases.Count == 0:
                return new Step("create alias", engine => { engine.GetIndex("docs").CreateAlias("alias", ns); return Task.CompletedTask; }, m => m.Indexes["docs"].Aliases["alias"] = ns);
            case 12 when docs.Aliases.Count > 0:
                return new Step("delete alias", engine => { engine.GetIndex("docs").DeleteAlias("alias"); return Task.CompletedTask; }, m => m.Indexes["docs"].Aliases.Clear());
            case 13 when model.Backups.Count < 2:
                return new Step("backup", engine => engine.Backups.CreateAsync(engine.GetIndex("docs"), $"b{number}", "{}"), m => m.Backups[$"b{number}"] = m.Indexes["docs"].Copy());
            case 14 when model.Backups.Count > 0:
                var old = model.Backups.Keys.First();
                return new Step("delete backup", engine => { engine.Backups.Delete(old); return Task.CompletedTask; }, m => m.Backups.Remove(old));
            case 15 when !model.Indexes.ContainsKey("other"):
                return CreateIndex("other");
            case 15:
                return new Step("drop index", engine => engine.DropIndexAsync("other"), m => m.Indexes.Remove("other"));
            case 16 when present.Length > 0 && docs.Namespaces[ns].Count > 0:
                return Paint(ns, docs.Namespaces[ns].Keys.Order(StringComparer.Ordinal).First(), random.Next(3));
            case 17 when model.Backups.Count > 0 && !model.Indexes.ContainsKey("restored"):
                return Restore(model.Backups.Keys.Last());
            case 17 when model.Indexes.ContainsKey("restored"):
                return new Step("drop the restored index", engine => engine.DropIndexAsync("restored"), m => m.Indexes.Remove("restored"));
            default:
                return Upsert(Namespaces[random.Next(3)], Records(random, random.Next(1, 8)));
        }
    }

    private static Step CreateIndex(string name) => new(
        $"create index {name}",
        engine => { engine.CreateIndex(new IndexDescriptor { Name = name, Dimension = Dimension }); return Task.CompletedTask; },
        m => m.Indexes[name] = new ModelIndex());

    private static Step Restore(string backup) => new(
        $"restore {backup}",
        engine => engine.RestoreIndexAsync(backup, new IndexDescriptor { Name = "restored", Dimension = Dimension }),
        m => m.Indexes["restored"] = m.Backups[backup].Copy());

    private static Step Upsert(string ns, VectorRecord[] records) => new(
        $"upsert {records.Length} into '{ns}'", engine => engine.GetIndex("docs").UpsertAsync(ns, records), m => m.Put(ns, records), m => m.Put(ns, []));

    private static Step Load(string ns, VectorRecord[] records) => new(
        $"load {records.Length} into '{ns}'", engine => engine.GetIndex("docs").LoadAsync(ns, records), m => m.Put(ns, records), m => m.Put(ns, []));

    private static Step Delete(string ns, string[] ids) => new(
        $"delete {ids.Length} of '{ns}'",
        engine => engine.GetIndex("docs").DeleteAsync(ns, ids),
        m =>
        {
            foreach (var id in ids)
                m.Indexes["docs"].Namespaces[ns].Remove(id);
        });

    private static Step DeleteByColour(string ns, int colour) => new(
        $"delete colour {colour} of '{ns}'",
        engine => engine.GetIndex("docs").DeleteByFilterAsync(ns, Filter.Parse(JsonSerializer.SerializeToElement(new { colour }))!),
        m =>
        {
            var records = m.Indexes["docs"].Namespaces[ns];
            foreach (var id in records.Where(record => record.Value.Colour == colour).Select(record => record.Key).ToArray())
                records.Remove(id);
        });

    private static Step Paint(string ns, string id, int colour) => new(
        $"update {id} of '{ns}'",
        engine => engine.GetIndex("docs").UpdateAsync(ns, new RecordUpdate(id, SetMetadata: Colour(colour))),
        m =>
        {
            var records = m.Indexes["docs"].Namespaces[ns];
            records[id] = records[id] with { Colour = colour };
        });

    private static VectorRecord[] Records(Random random, int count) =>
    [
        .. Enumerable.Range(0, count).Select(_ => Id(random)).Distinct().Select(id => new VectorRecord(
            id, new[] { 1f, random.Next(1, 100), random.Next(100), random.Next(100) }, null, Colour(random.Next(3)))),
    ];

    private static RecordMetadata Colour(int colour) => RecordMetadata.Parse(JsonSerializer.SerializeToElement(new { colour }))!;

    private static string Id(Random random) => "r" + random.Next(IdCount).ToString("D2", CultureInfo.InvariantCulture);
}
