using VectorServer.Storage.CrashWriter;

namespace VectorServer.Storage.Tests.Recovery;

/// <summary>What a data directory should hold after steps of the script, in memory. Its records are shared, never changed.</summary>
internal sealed class CrashModel
{
    /// <summary>By name: <c>docs</c>, <c>restored</c>, <c>extra</c>.</summary>
    public Dictionary<string, CrashIndex> Indexes { get; private init; } = [];

    public CrashIndex? Backup { get; private set; }

    public CrashIndex Docs => Indexes["docs"];

    public CrashModel Copy() => new() { Indexes = Indexes.ToDictionary(index => index.Key, index => index.Value.Copy()), Backup = Backup?.Copy() };

    public CrashModel After(ScriptStep step)
    {
        var after = Copy();
        after.Apply(step);
        return after;
    }

    /// <summary>A write into an absent namespace makes the namespace first.</summary>
    public CrashModel WithNamespaceOf(ScriptStep step)
    {
        var between = Copy();
        if (step.Records.Count > 0 && step.Kind != StepKind.Update)
            between.Docs.NamespaceToWrite(step.Namespace);
        return between;
    }

    /// <summary>With one write of a burst.</summary>
    public void Put(CrashRecord record) => Docs.NamespaceToWrite("")[record.Id] = record;

    private void Apply(ScriptStep step)
    {
        var records = Docs.Namespaces.GetValueOrDefault(step.Namespace);
        switch (step.Kind)
        {
            case StepKind.Upsert or StepKind.Batch or StepKind.Burst or StepKind.Load:
                var target = Docs.NamespaceToWrite(step.Namespace);
                foreach (var record in step.Records)
                    target[record.Id] = record;
                break;
            case StepKind.Update when records?.TryGetValue(step.Records[0].Id, out var updated) == true:
                records[updated.Id] = updated with { Values = step.Records[0].Values, Colour = step.Colour };
                break;
            case StepKind.UpdateByFilter:
                foreach (var record in OfColour(records, step.Colour))
                    records![record.Id] = record with { N = step.Number };
                break;
            case StepKind.Delete:
                foreach (var id in step.Ids)
                    records?.Remove(id);
                break;
            case StepKind.DeleteByFilter:
                foreach (var record in OfColour(records, step.Colour))
                    records!.Remove(record.Id);
                break;
            case StepKind.Clear:
                records?.Clear();
                break;
            case StepKind.Namespace:
                if (!Docs.Namespaces.Remove(step.Namespace))
                    Docs.NamespaceToWrite(step.Namespace);
                break;
            case StepKind.Alias:
                ChangeAlias(step.Number);
                break;
            case StepKind.Backup:
                Backup = Backup is null ? Docs.Copy() : null;
                break;
            case StepKind.Restore:
                if (!Indexes.Remove("restored") && Backup is not null)
                    Indexes["restored"] = Backup.Copy();
                break;
            case StepKind.Index:
                if (!Indexes.Remove("extra"))
                    Indexes["extra"] = new CrashIndex();
                break;
        }
    }

    private void ChangeAlias(int choice)
    {
        var target = choice % 2 == 0 ? "a" : Script.Big;
        if (Docs.AliasTarget is not null && choice % 3 == 0)
            Docs.AliasTarget = null;
        else if (Docs.Namespaces.ContainsKey(target))
            Docs.AliasTarget = target;
    }

    private static CrashRecord[] OfColour(Dictionary<string, CrashRecord>? records, int colour) =>
        records is null ? [] : [.. records.Values.Where(record => record.Colour == colour)];
}

/// <summary>One index of a <see cref="CrashModel"/>.</summary>
internal sealed class CrashIndex
{
    public Dictionary<string, Dictionary<string, CrashRecord>> Namespaces { get; private init; } = [];

    public string? AliasTarget { get; set; }

    public Dictionary<string, CrashRecord> NamespaceToWrite(string name)
    {
        if (!Namespaces.TryGetValue(name, out var records))
            Namespaces[name] = records = [];
        return records;
    }

    public CrashIndex Copy() => new()
    {
        Namespaces = Namespaces.ToDictionary(ns => ns.Key, ns => new Dictionary<string, CrashRecord>(ns.Value)),
        AliasTarget = AliasTarget,
    };
}
