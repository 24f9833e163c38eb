using System.Globalization;
using System.Text.Json;

namespace VectorServer.Storage.CrashWriter;

/// <summary>Carries out steps and tells of each when it is acknowledged; of the writes of a burst, of each as <c>step.write</c>.</summary>
internal sealed class Writer(VectorEngine engine, TextWriter acknowledged)
{
    private const string BackupId = "backup";

    private VectorIndex Docs => engine.GetIndex("docs");

    public void CreateDocs()
    {
        if (engine.TryGetIndex("docs", out _))
            return;
        engine.CreateIndex(new IndexDescriptor
        {
            Name = "docs",
            Dimension = Script.Dimension,
            Metric = Metric.DotProduct, // takes sparse vectors too
            Compression = Compression.Spectral4Bit,
            Search = new SearchOptions { Kind = IndexKind.Hnsw, HnswM = 4, HnswEfConstruction = 8 },
        });
    }

    public async Task RunAsync(int number, ScriptStep step)
    {
        if (step.Kind == StepKind.Burst)
            await Task.WhenAll(step.Records.Select((record, i) => UpsertOneAsync(number, i, record)));
        else
            await CarryOutAsync(step);
        acknowledged.WriteLine(number);
    }

    private async Task UpsertOneAsync(int number, int write, CrashRecord record)
    {
        await Docs.UpsertAsync("", [record.ToRecord()]);
        acknowledged.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number}.{write}"));
    }

    private Task CarryOutAsync(ScriptStep step) => step.Kind switch
    {
        StepKind.Upsert or StepKind.Batch => Docs.UpsertAsync(step.Namespace, Records(step)),
        StepKind.Load => Docs.LoadAsync(step.Namespace, Records(step)),
        StepKind.Update => UpdateAsync(step),
        StepKind.UpdateByFilter => Docs.UpdateByFilterAsync(
            step.Namespace, OfColour(step.Colour), CrashRecord.Metadata(new { n = step.Number }), dryRun: false, int.MaxValue),
        StepKind.Flush => Docs.FlushAsync(),
        StepKind.Delete or StepKind.DeleteByFilter or StepKind.Clear or StepKind.Compact =>
            Docs.NamespaceNames().Contains(step.Namespace) ? ChangeAsync(step) : Task.CompletedTask,
        StepKind.Namespace => ToggleNamespaceAsync(step.Namespace),
        StepKind.Alias => Task.Run(() => ChangeAlias(step.Number)),
        StepKind.Backup => ToggleBackupAsync(),
        StepKind.Restore => ToggleRestoredAsync(),
        StepKind.Index => ToggleIndexAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step.Kind, "Not a kind of step."),
    };

    private static VectorRecord[] Records(ScriptStep step) => [.. step.Records.Select(record => record.ToRecord())];

    private Task<WriteResult> UpdateAsync(ScriptStep step)
    {
        var record = step.Records[0].ToRecord();
        return Docs.UpdateAsync(
            step.Namespace, new RecordUpdate(record.Id, record.Values, SetMetadata: CrashRecord.Metadata(new { colour = step.Colour })));
    }

    private Task ChangeAsync(ScriptStep step) => step.Kind switch
    {
        StepKind.Delete => Docs.DeleteAsync(step.Namespace, step.Ids),
        StepKind.DeleteByFilter => Docs.DeleteByFilterAsync(step.Namespace, OfColour(step.Colour)),
        StepKind.Clear => Docs.DeleteAllAsync(step.Namespace),
        _ => Docs.CompactAsync(step.Namespace),
    };

    private Task ToggleNamespaceAsync(string ns)
    {
        if (Docs.NamespaceNames().Contains(ns))
            return Docs.DeleteNamespaceAsync(ns);
        Docs.CreateNamespace(ns);
        return Task.CompletedTask;
    }

    private void ChangeAlias(int choice)
    {
        var target = choice % 2 == 0 ? "a" : Script.Big;
        var isThere = Docs.ListAliases(null, null, 1, null).Aliases.Count > 0;
        if (isThere && choice % 3 == 0)
            Docs.DeleteAlias("alias");
        else if (!Docs.NamespaceNames().Contains(target))
            return;
        else if (isThere)
            Docs.RepointAlias("alias", target);
        else
            Docs.CreateAlias("alias", target);
    }

    private async Task ToggleBackupAsync()
    {
        if (engine.Backups.Find(BackupId) is not null)
            engine.Backups.Delete(BackupId);
        else
            await engine.Backups.CreateAsync(Docs, BackupId, "{}");
    }

    private async Task ToggleRestoredAsync()
    {
        if (engine.TryGetIndex("restored", out _))
            await engine.DropIndexAsync("restored");
        else if (engine.Backups.Find(BackupId) is not null)
            await engine.RestoreIndexAsync(BackupId, new IndexDescriptor { Name = "restored" });
    }

    private Task ToggleIndexAsync()
    {
        if (engine.TryGetIndex("extra", out _))
            return engine.DropIndexAsync("extra");
        engine.CreateIndex(new IndexDescriptor { Name = "extra", Dimension = 3 });
        return Task.CompletedTask;
    }

    private static Filter OfColour(int colour) => Filter.Parse(JsonSerializer.SerializeToElement(new { colour }))!;
}
