using System.Text.Json;

namespace VectorServer.Storage.Tests.Formats;

/// <summary>
/// What the frozen data directories of <c>tests/data/formats</c> hold. It is never changed: a format of its own number may come to hold
/// more, in a class of its own.
/// </summary>
internal static class FormatData
{
    public const int Dimension = 8;
    public const string BackupId = "kept-backup";
    public const string Document = """{"kept":true}""";

    /// <summary>Every namespace, by its index.</summary>
    public static IReadOnlyList<(string Index, string Namespace)> Namespaces { get; } =
        [("dense", ""), ("dense", "blue"), ("dense", "unfolded"), ("sparse", ""), ("hybrid", "named fields")];

    /// <summary>Makes a data directory, with operations in the log of the namespace <c>unfolded</c>.</summary>
    /// <param name="directory">To work in.</param>
    /// <param name="target">Where the directory is made as a crash leaves it: the last operations are in the log alone.</param>
    public static async Task WriteAsync(string directory, string target)
    {
        await using (var engine = VectorEngine.Open(new EngineOptions { DataDirectory = directory }))
        {
            var dense = engine.CreateIndex(
                new IndexDescriptor { Name = "dense", Dimension = Dimension, Compression = Compression.Spectral4Bit, Attributes = Document },
                [.. Enumerable.Range(0, 64).Select(Values)]);
            var hybrid = engine.CreateIndex(new IndexDescriptor { Name = "hybrid", Dimension = Dimension, Metric = Metric.DotProduct });
            engine.CreateIndex(new IndexDescriptor { Name = "sparse", VectorType = VectorType.Sparse, Metric = Metric.DotProduct });
            hybrid.CreateNamespace("named fields", ["kind"]);
            foreach (var (index, ns) in Namespaces)
                await engine.GetIndex(index).UpsertAsync(ns, [.. Enumerable.Range(0, 30).Select(i => Make(index, i, changed: false))]);
            await dense.CompactAsync("blue");
            dense.CreateAlias("live", "blue");
            await WriteLastAsync(dense, "blue");
            await WriteLastAsync(hybrid, "named fields");
            hybrid.CreateAlias("also", "named fields");
            await engine.Backups.CreateAsync(hybrid, BackupId, "{}");
            engine.Documents.Put("kept", "document", Document);
        }

        Copy(directory, target);
        File.Delete(Path.Combine(target, "LOCK"));
        await using var again = VectorEngine.Open(new EngineOptions { DataDirectory = directory });
        await WriteLastAsync(again.GetIndex("dense"), "unfolded");
        var log = Path.Combine("indexes", "dense", "unfolded", "wal");
        foreach (var segment in Directory.GetFiles(Path.Combine(directory, log)))
            File.Copy(segment, Path.Combine(target, log, Path.GetFileName(segment)), overwrite: true);
    }

    /// <summary>What the namespace holds, in id order.</summary>
    public static IReadOnlyList<VectorRecord> Expected(string index, string ns)
    {
        var changed = ns.Length > 0;
        return [.. Enumerable.Range(0, 30).Where(i => !changed || i % 10 != 3).Select(i => Make(index, i, changed && i % 10 == 4)).OrderBy(record => record.Id, StringComparer.Ordinal)];
    }

    /// <summary>Copies a directory with all in it.</summary>
    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var directory in Directory.GetDirectories(from))
            Copy(directory, Path.Combine(to, Path.GetFileName(directory)));
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    private static async Task WriteLastAsync(VectorIndex index, string ns)
    {
        await index.DeleteAsync(ns, ["r03", "r13", "r23"]);
        foreach (var i in new[] { 4, 14, 24 })
            await index.UpdateAsync(ns, new RecordUpdate(Make(index.Descriptor.Name, i, false).Id, SetMetadata: Metadata(new { n = i + 1000 })));
    }

    private static VectorRecord Make(string index, int i, bool changed) => new(
        $"r{i:D2}",
        index == "sparse" ? default : Values(i),
        index == "dense" || (index == "hybrid" && i % 2 == 0) ? null : SparseVector.Create([(uint)(i % 7), (uint)(100 + i)], [0.5f, i + 0.25f]),
        Metadata(new { n = changed ? i + 1000 : i, kind = "abc".Substring(i % 3, 1), tags = new[] { "é", $"t{i % 2}" }, even = i % 2 == 0 }));

    private static float[] Values(int i) => [.. Enumerable.Range(0, Dimension).Select(j => (((i * 31) + (j * j * 17)) % 23) - 11.5f)];

    private static RecordMetadata Metadata(object fields) => RecordMetadata.Parse(JsonSerializer.SerializeToElement(fields))!;
}
