using System.Text.Json.Nodes;
using VectorServer.Api.Tests.Conformance;

namespace VectorServer.Api.Tests.Contract;

/// <summary>A user of <c>/docs</c> clicks "Try it out" and "Execute" everywhere, and changes nothing.</summary>
public sealed class PrefilledRequestTests
{
    // The example's directory, which operators open by the settings.
    private const string BulkRoot = "/srv/vectors";

    // What makes something for others to show comes first, and what ends something last. All others are in between, as in the contract.
    private static readonly string[] Makes =
    [
        "create_index", "upsertVectors", "createNamespace", "createNamespaceAlias", "startBulkExport", "startBulkImport", "create_backup",
        "create_index_from_backup_operation", "create_collection", "create_backup_schedule",
    ];

    private static readonly string[] Ends =
    [
        "deleteVectors", "deleteVectorsByQuery", "cancelBulkImport", "cancelBulkExport", "deleteNamespaceAlias", "deleteNamespace",
        "delete_collection", "delete_backup_schedule", "delete_backup", "delete_index",
    ];

    // What is begun by an operation, and how the page shows that it has ended.
    private static readonly Dictionary<string, string> Waits = new()
    {
        ["startBulkExport"] = "describeBulkExport",
        ["startBulkImport"] = "describeBulkImport",
        ["create_index_from_backup_operation"] = "describe_restore_job",
    };

    // A required parameter that is not filled in, and what it is called in the answer of the operation that made it.
    private static readonly Dictionary<string, string> MadeByServer = new()
    {
        ["backup_id"] = "backup_id",
        ["job_id"] = "restore_job_id",
        ["schedule_id"] = "schedule_id",
    };

    private readonly Dictionary<string, string> _made = [];

    [Fact]
    public async Task Every_prefilled_request_of_the_docs_succeeds_on_what_the_prefilled_ones_before_it_made()
    {
        using var bulk = new TempData();
        await using var server = TestServer.Start(("ImportRoots", bulk.Path), ("ExportRoots", bulk.Path));
        var contract = YamlJson.Read(new StringReader((await server.GetAsync("/openapi.yaml")).Body));
        var operations = PrefilledOperation.AllOf(contract).ToDictionary(operation => operation.Id);
        var order = Makes.Concat(operations.Keys.Except(Makes).Except(Ends)).Concat(Ends).ToList();

        var answers = new Dictionary<string, JsonNode?>();
        foreach (var id in order)
        {
            foreach (var example in operations[id].Examples)
                answers[id] = await SendAsync(server, operations[id], example, bulk.Path);
            if (Waits.TryGetValue(id, out var shows))
                await WaitAsync(server, operations[shows], bulk.Path);
        }

        // The examples suit each other: what is written is found.
        Assert.NotEmpty(answers["queryVectors"]!["matches"]!.AsArray());
        Assert.All(answers["queryMany"]!["results"]!.AsArray(), result => Assert.NotEmpty(result!["matches"]!.AsArray()));
        Assert.Equal(2, answers["countVectors"]!["count"]!.GetValue<int>());
        Assert.Equal(["a", "b"], answers["fetchVectors"]!["vectors"]!.AsObject().Select(vector => vector.Key).Order());
        Assert.Equal(2, answers["fetch_vectors_by_metadata"]!["vectors"]!.AsObject().Count);
        Assert.Equal(3, answers["describeIndexStats"]!["totalVectorCount"]!.GetValue<int>());
    }

    private async Task<JsonNode?> SendAsync(TestServer server, PrefilledOperation operation, string example, string bulkRoot)
    {
        using var request = operation.Request(example, name => _made[MadeByServer[name]]);
        if (request.Content is { } content)
        {
            var body = (await content.ReadAsStringAsync()).Replace(BulkRoot, bulkRoot, StringComparison.Ordinal);
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        }

        var answer = await server.SendAsync(request);

        Assert.True(
            answer.Status is >= 200 and < 300,
            $"{operation.Id} {example}: {request.Method} {request.RequestUri} {answer.Status} {answer.Body}");
        var json = answer.ContentType == "application/json" && answer.Body.Length > 0 ? JsonNode.Parse(answer.Body) : null;
        foreach (var id in MadeByServer.Values)
        {
            if (Makes.Contains(operation.Id) && json?[id] is { } made)
                _made[id] = made.GetValue<string>();
        }

        return json;
    }

    private async Task WaitAsync(TestServer server, PrefilledOperation shows, string bulkRoot)
    {
        var status = "";
        for (var attempt = 0; attempt < 600 && status != "Completed"; attempt++)
        {
            status = (await SendAsync(server, shows, "", bulkRoot))!["status"]!.GetValue<string>();
            Assert.NotEqual("Failed", status);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Equal("Completed", status);
    }
}
