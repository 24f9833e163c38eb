using VectorServer.Api.Tests.Contract.Data;

namespace VectorServer.Api.Tests.Bulk;

/// <summary>What an import is refused for at once.</summary>
public sealed class ImportRefusalTests
{
    private const string Good = """{"id": "a", "values": [1, 2]}""";

    [Fact]
    public async Task Without_roots_imports_and_exports_are_off_and_say_which_setting_opens_them()
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.PostAsync("/bulk/imports", """{"uri": "file:///data"}""")).AssertRefused("VECTORSERVER_IMPORT_ROOTS");
        (await index.PostAsync("/bulk/exports", """{"uri": "file:///data"}""")).AssertRefused("VECTORSERVER_EXPORT_ROOTS");
        (await index.GetAsync("/bulk/imports")).AssertJson("""{"data": []}""");
    }

    [Theory]
    [InlineData("""{}""", "uri must be 1 to 1500 characters long, got 0")]
    [InlineData("""{"uri": ""}""", "uri must be 1 to 1500 characters long, got 0")]
    [InlineData("""{"uri": "s3://bucket/set"}""", "file:///data/set")]
    [InlineData("""{"uri": "gs://bucket/set"}""", "file:///data/set")]
    [InlineData("""{"uri": "https://account.blob.core.windows.net/set"}""", "file:///data/set")]
    [InlineData("""{"uri": "file://elsewhere/set"}""", "file:///data/set")]
    [InlineData("""{"uri": "file://"}""", "file:///data/set")]
    [InlineData("""{"uri": "set"}""", "file:///data/set")]
    [InlineData("""{"uri": "ROOT/set/../set"}""", "must not hold the steps")]
    [InlineData("""{"uri": "file://ROOT/set/%2e%2E/set"}""", "must not hold the steps")]
    [InlineData("""{"uri": "file://ROOT/..%2fset"}""", "must not hold the steps")]
    [InlineData("""{"uri": "file://ROOT/%252e%252e/set"}""", "not there")]
    [InlineData("""{"uri": "file://ROOT/set%00"}""", "null character")]
    [InlineData("""{"uri": "file:///etc"}""", "VECTORSERVER_IMPORT_ROOTS")]
    [InlineData("""{"uri": "file://ROOT-beside"}""", "VECTORSERVER_IMPORT_ROOTS")]
    [InlineData("""{"uri": "file://ROOT/nowhere"}""", "not there")]
    [InlineData("""{"uri": "file://ROOT/empty"}""", "without files to import")]
    [InlineData("""{"uri": "file://ROOT/set", "errorMode": {"onError": "ignore"}}""", "abort or continue")]
    [InlineData("""{"uri": "file://ROOT/set", "errorMode": "abort"}""", "errorMode")]
    [InlineData("""{"uri": 7}""", "uri")]
    public async Task A_request_that_cannot_be_is_refused(string json, string problem)
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/1.jsonl", Good);
        Directory.CreateDirectory(Path.Combine(bulk.Root, "empty", "ns"));

        (await bulk.PostAsync("/bulk/imports", json.Replace("ROOT", bulk.Root, StringComparison.Ordinal))).AssertRefused(problem);

        (await bulk.GetAsync("/bulk/imports")).AssertJson("""{"data": []}""");
    }

    [Fact]
    public async Task A_uri_may_have_1500_characters()
    {
        await using var bulk = await BulkServer.StartAsync();

        (await bulk.StartImportAsync("file://" + bulk.Root + "/" + new string('x', 1500))).AssertRefused("1 to 1500 characters");
        (await bulk.StartImportAsync("file://" + bulk.Root + new string('/', 1493 - bulk.Root.Length))).AssertRefused("without files to import");
    }

    [Theory]
    [InlineData("top.jsonl", "one folder per namespace")]
    [InlineData("ns/table.parquet", "Parquet is not read by this server")]
    [InlineData("ns/table.csv", "not a format that is imported")]
    [InlineData("ns/alone.npy", "has no ids")]
    [InlineData("ns/deeper/1.jsonl", "do not nest")]
    [InlineData("ns/namespace.json", "not a JSON object with a name")]
    [InlineData("%C3%BC/1.jsonl", "ASCII")]
    public async Task A_directory_with_what_is_not_imported_is_refused_whole(string path, string problem)
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/1.jsonl", Good);
        bulk.Write("set/" + path, "x");

        (await bulk.StartImportAsync(bulk.UriOf("set"))).AssertRefused(problem);
    }

    [Theory]
    [InlineData("set", "way")]
    [InlineData("set/other", "way")]
    [InlineData("set/ns/other.jsonl", "way/ns/1.jsonl")]
    [InlineData("set/ns/1.npy", "way/ns/1.jsonl")]
    [InlineData("set/ns/namespace.json", "way/ns/1.jsonl")]
    [InlineData("set/ns/gone.jsonl", "nowhere")]
    public async Task Links_are_not_followed(string link, string target)
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("way/ns/1.jsonl", Good);
        if (link != "set")
            bulk.Write("set/ns/1.jsonl", Good);
        File.CreateSymbolicLink(Path.Combine(bulk.Root, link), Path.Combine(bulk.Root, target));

        (await bulk.StartImportAsync(bulk.UriOf("set"))).AssertRefused("Links are not followed");
    }
}
