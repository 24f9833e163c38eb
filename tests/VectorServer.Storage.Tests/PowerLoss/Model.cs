using System.Globalization;
using System.Text;
using System.Text.Json;

namespace VectorServer.Storage.Tests.PowerLoss;

/// <summary>What an engine should hold, in memory; and both written out as text, to be compared.</summary>
internal sealed class Model
{
    public SortedDictionary<string, ModelIndex> Indexes { get; } = new(StringComparer.Ordinal);

    /// <summary>What each backup is of.</summary>
    public SortedDictionary<string, ModelIndex> Backups { get; } = new(StringComparer.Ordinal);

    public void Put(string ns, IEnumerable<VectorRecord> records)
    {
        var namespaces = Indexes["docs"].Namespaces;
        if (!namespaces.TryGetValue(ns, out var target))
            namespaces[ns] = target = new SortedDictionary<string, ModelRecord>(StringComparer.Ordinal);
        foreach (var record in records)
            target[record.Id] = new ModelRecord(Numbers(record.Values.Span), ColourOf(record));
    }

    public Model Copy()
    {
        var copy = new Model();
        foreach (var (id, index) in Backups)
            copy.Backups[id] = index.Copy();
        foreach (var (name, index) in Indexes)
            copy.Indexes[name] = index.Copy();
        return copy;
    }

    public string Text()
    {
        var text = new StringBuilder();
        foreach (var (name, index) in Indexes)
        {
            text.Append(CultureInfo.InvariantCulture, $"index {name}\n");
            foreach (var (ns, records) in index.Namespaces.Where(ns => ns.Key.Length > 0 || ns.Value.Count > 0))
            {
                text.Append(CultureInfo.InvariantCulture, $" namespace '{ns}'\n");
                foreach (var (id, record) in records)
                    text.Append(CultureInfo.InvariantCulture, $"  {id} [{record.Values}] {record.Colour}\n");
            }

            foreach (var (alias, target) in index.Aliases)
                text.Append(CultureInfo.InvariantCulture, $" alias {alias} -> {target}\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"backups {string.Join(' ', Backups.Keys)}\n").ToString();
    }

    /// <summary>Reads an engine by every way of reading, which must agree.</summary>
    public static async Task<string> TextOfAsync(VectorEngine engine)
    {
        var model = new Model();
        foreach (var index in engine.Indexes)
        {
            var read = model.Indexes[index.Descriptor.Name] = new ModelIndex();
            foreach (var ns in index.ListNamespaces(null, 1000, null).Namespaces.Select(ns => ns.Name == "__default__" ? "" : ns.Name))
            {
                var records = read.Namespaces[ns] = new SortedDictionary<string, ModelRecord>(StringComparer.Ordinal);
                var ids = index.ListIds(ns, null, 1000, null).Ids;
                foreach (var record in index.Fetch(ns, ids).Records)
                    records[record.Id] = new ModelRecord(Numbers(record.Values.Span), ColourOf(record));
                var found = index.Query(ns, new VectorQuery { Vector = new float[] { 1, 2, 3, 4 }, TopK = 1000 }).Matches.Select(match => match.Id);
                Assert.Equal(ids, records.Keys);
                Assert.Equal(ids, found.Order(StringComparer.Ordinal));
                Assert.Equal(ids.Count, index.DescribeNamespace(ns).RecordCount);
            }

            Assert.Equal(read.Namespaces.Values.Sum(records => records.Count), index.Stats().TotalRecordCount);
            foreach (var alias in index.ListAliases(null, null, 1000, null).Aliases)
                read.Aliases[alias.Name] = alias.TargetNamespace;
        }

        foreach (var backup in engine.Backups.List())
        {
            await engine.Backups.VerifyAsync(backup.Id);
            model.Backups[backup.Id] = new ModelIndex();
        }

        return model.Text();
    }

    private static string Numbers(ReadOnlySpan<float> values) => string.Join(' ', values.ToArray().Select(value => value.ToString(CultureInfo.InvariantCulture)));

    private static int ColourOf(VectorRecord record) => JsonDocument.Parse(record.Metadata!.Json).RootElement.GetProperty("colour").GetInt32();
}

internal sealed class ModelIndex
{
    public SortedDictionary<string, SortedDictionary<string, ModelRecord>> Namespaces { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, string> Aliases { get; } = new(StringComparer.Ordinal);

    public ModelIndex Copy()
    {
        var copy = new ModelIndex();
        foreach (var (alias, target) in Aliases)
            copy.Aliases[alias] = target;
        foreach (var (ns, records) in Namespaces)
            copy.Namespaces[ns] = new SortedDictionary<string, ModelRecord>(records, StringComparer.Ordinal);
        return copy;
    }
}

internal sealed record ModelRecord(string Values, int Colour);
