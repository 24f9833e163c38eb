using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using VectorServer.Api.Bulk;
using VectorServer.Api.Tests.Contract.Data;
using VectorServer.Storage;

namespace VectorServer.Api.Tests.Bulk;

/// <summary>What is exported imports again, to the bit.</summary>
public sealed class ExportTests
{
    private static readonly string[] Names =
    [
        "", "plain", "Case", "case", "_default__", "con", "COM1", "com1", "...", ".hidden", "_under", "a/b\\c:*?\"<>|", "100%41", " space ", "~", "new\nline\u007f",
        new('n', 512), new string('N', 511) + "x", new string('N', 511) + "y",
    ];

    [Theory]
    [InlineData("npy")]
    [InlineData("jsonl")]
    public async Task Every_record_of_every_namespace_comes_back_to_the_bit(string format)
    {
        await using var bulk = await BulkServer.StartAsync(dimension: 5, metric: "dotproduct");
        await bulk.CreateIndexAsync("copy", 5, "dotproduct");
        var index = Engine(bulk).GetIndex(BulkServer.Index);
        var random = new Random(11);
        foreach (var ns in Names)
            await index.UpsertAsync(ns, Records(random), TestContext.Current.CancellationToken);

        var export = await bulk.ExportAsync("out", format);
        var import = await bulk.ImportAsync("out", "abort", "copy");

        Assert.Equal("Completed", export.GetProperty("status").GetString());
        Assert.Equal(format, export.GetProperty("format").GetString());
        Assert.True(import.GetProperty("status").GetString() == "Completed", import.GetRawText());
        Assert.Equal(export.GetProperty("recordsExported").GetInt64(), import.GetProperty("recordsImported").GetInt64());
        var copy = Engine(bulk).GetIndex("copy");
        Assert.Equal(Names.Order(StringComparer.Ordinal), copy.NamespaceNames());
        Assert.All(Names, ns => Assert.Equal(Everything(index, ns), Everything(copy, ns)));
    }

    /// <summary>As a kill leaves it between the directory's renaming and the note that it is complete.</summary>
    [Fact]
    public async Task An_export_that_has_its_name_is_complete_after_a_restart()
    {
        await using var bulk = await BulkServer.StartAsync();
        await bulk.PostAsync("/vectors/upsert", """{"vectors": [{"id": "a", "values": [1, 2]}]}""");
        await bulk.ExportAsync("out", "jsonl");

        await bulk.GoOnAfterKillAsync(job => job);
        var end = await bulk.EndOfAsync("1", $"/indexes/{BulkServer.Index}/bulk/exports");

        Assert.Equal("Completed", end.GetProperty("status").GetString());
        Assert.Equal(1, end.GetProperty("recordsExported").GetInt64());
    }

    [Fact]
    public async Task A_sparse_index_is_exported_as_lines_and_comes_back()
    {
        await using var bulk = await BulkServer.StartAsync(dimension: 0, metric: "dotproduct");
        await bulk.CreateIndexAsync("copy", 0, "dotproduct");
        var index = Engine(bulk).GetIndex(BulkServer.Index);
        await index.UpsertAsync("", [new VectorRecord("a", default, SparseVector.Create([uint.MaxValue, 0], [float.Epsilon, -0f]))], TestContext.Current.CancellationToken);

        (await bulk.PostAsync("/bulk/exports", JsonSerializer.Serialize(new { uri = bulk.UriOf("out"), format = "npy" }))).AssertRefused("use jsonl");
        await bulk.EndOfAsync(await bulk.PostAsync("/bulk/exports", JsonSerializer.Serialize(new { uri = bulk.UriOf("out") })), $"/indexes/{BulkServer.Index}/bulk/exports");
        await bulk.ImportAsync("out", "abort", "copy");

        Assert.NotEmpty(Everything(index, ""));
        Assert.Equal(Everything(index, ""), Everything(Engine(bulk).GetIndex("copy"), ""));
    }

    [Fact]
    public async Task An_export_is_whole_when_its_directory_appears_and_tells_of_itself()
    {
        await using var bulk = await BulkServer.StartAsync();
        await bulk.PostAsync("/vectors/upsert", """{"vectors": [{"id": "a", "values": [1, 2]}]}""");

        var job = await bulk.ExportAsync("out", "npy");

        Assert.Equal(1, job.GetProperty("recordsExported").GetInt64());
        Assert.Equal(100, job.GetProperty("percentComplete").GetSingle());
        Assert.Equal(["out"], Directory.GetFileSystemEntries(bulk.Root).Select(Path.GetFileName));
        Assert.Equal(["namespace.json", "vectors.jsonl", "vectors.npy"], Directory.GetFiles(Path.Combine(bulk.Root, "out", "__default__")).Select(Path.GetFileName).Order());
        Assert.Equal("{\"id\":\"a\"}\n", await File.ReadAllTextAsync(Path.Combine(bulk.Root, "out", "__default__", "vectors.jsonl"), TestContext.Current.CancellationToken));
        Assert.Equal("1", (await bulk.GetAsync("/bulk/exports")).Json.GetProperty("data")[0].GetProperty("id").GetString());
        (await bulk.GetAsync("/bulk/imports")).AssertJson("""{"data": []}""");
        (await bulk.Server.DeleteAsync($"/indexes/{BulkServer.Index}/bulk/exports/1")).AssertJson("{}");
        (await bulk.GetAsync("/bulk/exports/2")).AssertRefused("Export 2 not found", 404, 5);
    }

    [Fact]
    public async Task An_export_goes_nowhere_but_to_a_new_directory_below_a_root()
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("taken/1", "");
        Directory.CreateSymbolicLink(Path.Combine(bulk.Root, "link"), Path.Combine(bulk.Root, "taken"));

        foreach (var (uri, problem) in new[]
        {
            (bulk.UriOf("taken"), "exists already"),
            (bulk.UriOf("taken/1"), "exists already"),
            ("file://" + bulk.Root, "exists already"),
            (bulk.UriOf("nowhere/out"), "in one that is not there"),
            (bulk.UriOf("link/out"), "Links are not followed"),
            (bulk.UriOf("link"), "Links are not followed"),
            ("file:///tmp-elsewhere/out", "VECTORSERVER_EXPORT_ROOTS"),
            ("s3://bucket/out", "file:///data/set"),
        })
            (await bulk.PostAsync("/bulk/exports", JsonSerializer.Serialize(new { uri }))).AssertRefused(problem);

        (await bulk.PostAsync("/bulk/exports", JsonSerializer.Serialize(new { uri = bulk.UriOf("out"), format = "parquet" }))).AssertRefused("npy or jsonl");
    }

    [Fact]
    public async Task An_export_broken_off_by_a_stop_begins_anew()
    {
        await using var bulk = await BulkServer.StartAsync();
        await bulk.PostAsync("/vectors/upsert", """{"vectors": [{"id": "a", "values": [1, 2]}]}""");
        var engine = Engine(bulk);
        var indexId = engine.GetIndex(BulkServer.Index).Descriptor.Id;
        var job = new BulkJob
        {
            Kind = BulkKind.Export,
            Number = 4,
            IndexId = indexId,
            Uri = bulk.UriOf("out"),
            CreatedAt = DateTimeOffset.UnixEpoch,
            Status = BulkStatus.InProgress,
        };
        engine.Documents.Put("bulk", job.Key, JsonSerializer.Serialize(job, BulkJobJsonContext.Default.BulkJob));
        bulk.Write($".export-{indexId:N}-4/__default__/vectors.jsonl", "half a li");

        await bulk.RestartAsync();
        var end = await bulk.EndOfAsync("4", $"/indexes/{BulkServer.Index}/bulk/exports");

        Assert.Equal("Completed", end.GetProperty("status").GetString());
        Assert.Equal(["out"], Directory.GetFileSystemEntries(bulk.Root).Select(Path.GetFileName));
        Assert.Equal("""{"id":"a","values":[1,2]}""" + "\n", await File.ReadAllTextAsync(Path.Combine(bulk.Root, "out", "__default__", "vectors.jsonl"), TestContext.Current.CancellationToken));
    }

    private static VectorEngine Engine(BulkServer bulk) => bulk.Server.Services.GetRequiredService<VectorEngine>();

    /// <summary>Ids of every ASCII character, values of every kind of float, metadata that JSON must escape, sparse parts.</summary>
    private static VectorRecord[] Records(Random random)
    {
        var ids = Enumerable.Range(1, 127).Select(c => $"{(char)c}").Append(new string('\u007f', 512));
        var metadata = RecordMetadata.Parse(JsonSerializer.SerializeToElement(new Dictionary<string, object>
        {
            ["quote\" \\ \n é 漢 😀"] = "\" \\ \u0001 \u2028 </script> 😀",
            ["n"] = 0.1,
            ["big"] = 1e300,
            ["tags"] = new[] { "a", "", "\"" },
            ["yes"] = true,
        }));
        return
        [
            .. ids.Select((id, i) => new VectorRecord(
                id,
                (float[])[-0f, float.Epsilon, float.MaxValue, 1, BitConverter.Int32BitsToSingle(random.Next(0x7f80_0000))],
                i % 2 == 0 ? SparseVector.Create([(uint)i, uint.MaxValue], [float.Epsilon, -0f]) : null,
                i % 3 == 0 ? metadata : null)),
        ];
    }

    private static List<string> Everything(VectorIndex index, string ns) => [.. index.ReadAll(ns).SelectMany(records => records).Select(Text)];

    private static string Text(VectorRecord record) => string.Create(
        CultureInfo.InvariantCulture,
        $"{record.Id} {Hex(record.Values)} {(record.Sparse is { } sparse ? Hex(sparse.Indices) + Hex(sparse.Values) : "-")} {record.Metadata}");

    private static string Hex<T>(ReadOnlyMemory<T> values)
        where T : unmanaged => Convert.ToHexString(MemoryMarshal.AsBytes(values.Span));
}
