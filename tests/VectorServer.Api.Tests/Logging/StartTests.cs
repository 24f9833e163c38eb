using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace VectorServer.Api.Tests.Logging;

/// <summary>What an operator sees of a server in a process of its own, in both forms of the log.</summary>
public sealed class StartTests : IDisposable
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    private readonly TempData _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_console_begins_with_version_data_auth_address_and_the_next_step()
    {
        using var server = await RunningServer.StartInAsync(_directory.Path, []);

        var lines = await server.StopAsync();

        var at = Array.FindIndex(lines, line => Regex.IsMatch(line, @"^VectorServer [0-9]+\.[0-9]+\.[0-9]+$"));
        Assert.True(at >= 0, server.Output);
        Assert.Equal($"  data     {Path.Combine(_directory.Path, "data")} (0 indexes)", lines[at + 1]);
        Assert.Equal("  auth     off: any key works", lines[at + 2]);
        Assert.StartsWith($"  address  http://localhost:{server.Port}", lines[at + 3], StringComparison.Ordinal);
        Assert.Contains($"curl http://localhost:{server.Port}/indexes", lines[at + 4], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_of_the_working_directory_count_and_those_nobody_knows_are_warned_of()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_directory.Path, "appsettings.json"), """{"VectorServer": {"ApiKeys": ["K3y"], "Prot": 1}, "Serilog": {"MinimumLevel": {"Default": "Warning"}}}""", Cancellation);
        using var server = await RunningServer.StartInAsync(_directory.Path, [], ("VECTORSERVER_DATAS", "x"));
        using var http = new HttpClient { BaseAddress = server.Address };

        using var refused = await http.GetAsync("/indexes", Cancellation);
        var lines = await server.StopAsync();

        Assert.Equal(401, (int)refused.StatusCode);
        Assert.DoesNotContain(lines, line => line.StartsWith("VectorServer ", StringComparison.Ordinal) || line.Contains(" INF ", StringComparison.Ordinal)); // as the file asks
        Assert.Contains($" WRN Unknown setting VectorServer:Prot in {Path.Combine(_directory.Path, "appsettings.json")} (did you mean VectorServer:Port?)", lines[0], StringComparison.Ordinal);
        Assert.Contains(" WRN Unknown environment variable VECTORSERVER_DATAS (did you mean VECTORSERVER_DATA?)", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_of_config_wins_over_that_of_the_working_directory()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory.Path, "appsettings.json"), """{"VectorServer": {"ApiKeys": "weak", "LogFormat": "json"}}""", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(_directory.Path, "strong.json"), """{"VectorServer": {"ApiKeys": "strong"}}""", Cancellation);
        using var server = await RunningServer.StartInAsync(_directory.Path, ["--config", "strong.json"]);
        using var http = new HttpClient { BaseAddress = server.Address };

        http.DefaultRequestHeaders.Add("Api-Key", "weak");
        Assert.Equal(401, (int)(await http.GetAsync("/info", Cancellation)).StatusCode);
        http.DefaultRequestHeaders.Remove("Api-Key");
        http.DefaultRequestHeaders.Add("Api-Key", "strong");
        Assert.Equal(200, (int)(await http.GetAsync("/info", Cancellation)).StatusCode);
        Assert.All(await server.StopAsync(), line => JsonDocument.Parse(line).Dispose());
    }

    [Fact]
    public async Task As_JSON_every_line_is_an_object_and_those_of_requests_have_their_ids()
    {
        using var server = await RunningServer.StartInAsync(_directory.Path, ["--log-format", "json"]);
        using var http = new HttpClient { BaseAddress = server.Address };

        using var request = new HttpRequestMessage(HttpMethod.Get, "/indexes");
        request.Headers.Add("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01");
        using var answer = await http.SendAsync(request, Cancellation);
        using var other = await http.GetAsync("/indexes/none", Cancellation);
        var lines = (await server.StopAsync()).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();

        var start = lines.Single(line => line.TryGetProperty("DataDirectory", out _));
        Assert.Equal(Path.Combine(_directory.Path, "data"), start.GetProperty("DataDirectory").GetString());
        Assert.Equal("off", start.GetProperty("Auth").GetString());
        Assert.Equal($"http://localhost:{server.Port}", start.GetProperty("Urls")[0].GetString());
        var requests = lines.Where(line => line.TryGetProperty("DurationMs", out _)).ToList();
        Assert.Equal(2, requests.Count);
        Assert.Equal(Assert.Single(answer.Headers.GetValues("x-pinecone-request-id")), requests[0].GetProperty("RequestId").GetString());
        Assert.Equal(TraceId, requests[0].GetProperty("TraceId").GetString());
        Assert.Equal(Assert.Single(other.Headers.GetValues("x-pinecone-request-id")), requests[1].GetProperty("RequestId").GetString());
        Assert.Matches("^[0-9a-f]{32}$", requests[1].GetProperty("TraceId").GetString());
        Assert.NotEqual(TraceId, requests[1].GetProperty("TraceId").GetString());
        Assert.False(start.TryGetProperty("RequestId", out _));
    }

    [Fact]
    public async Task As_text_the_line_of_a_request_ends_with_its_ids()
    {
        using var server = await RunningServer.StartInAsync(_directory.Path, []);
        using var http = new HttpClient { BaseAddress = server.Address };

        using var request = new HttpRequestMessage(HttpMethod.Get, "/indexes");
        request.Headers.Add("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01");
        using var answer = await http.SendAsync(request, Cancellation);
        var line = Assert.Single(await server.StopAsync(), line => line.Contains(" GET /indexes ", StringComparison.Ordinal));

        Assert.EndsWith($" ms [{Assert.Single(answer.Headers.GetValues("x-pinecone-request-id"))} {TraceId}]", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Jobs_write_a_line_when_they_start_and_when_they_end()
    {
        var imports = Path.Combine(_directory.Path, "imports");
        Directory.CreateDirectory(Path.Combine(imports, "__default__"));
        await File.WriteAllTextAsync(Path.Combine(imports, "__default__", "records.jsonl"), """{"id": "S3CRET", "values": [1, 0]}""", Cancellation);
        using var server = await RunningServer.StartInAsync(_directory.Path, ["--log-format", "json", "--import-roots", imports]);
        using var http = new HttpClient { BaseAddress = server.Address };
        await server.CreateIndexAsync(2, "cosine");

        await PostAsync("/indexes/things/bulk/imports", $$"""{"uri": "file://{{imports}}"}""");
        await PostAsync("/indexes/things/backups", """{"name": "b"}""");
        var messages = new List<string>();
        while (messages.Count(message => message.Contains(" completed after ", StringComparison.Ordinal)) < 2) // the test hangs if one is never told of
        {
            await Task.Delay(20, Cancellation);
            messages = [.. server.Output.Split(Environment.NewLine).Where(line => line.EndsWith('}')).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("@m").GetString()!)];
        }

        Assert.Contains("Import 1 of index things started", messages);
        Assert.Contains(messages, message => Regex.IsMatch(message, "^Import 1 of index things completed after [0-9.]+ ms: 1 records$"));
        Assert.Contains(messages, message => Regex.IsMatch(message, "^Backup .* of index things started$"));
        Assert.Contains(messages, message => Regex.IsMatch(message, "^Backup .* of index things completed after [0-9.]+ ms$"));
        Assert.DoesNotContain("S3CRET", server.Output, StringComparison.Ordinal);

        async Task PostAsync(string path, string json)
        {
            using var content = new StringContent(json, Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync(path, content, Cancellation);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
        }
    }

    [Fact]
    public async Task A_failed_import_says_so_without_quoting_a_record()
    {
        var imports = Path.Combine(_directory.Path, "imports");
        Directory.CreateDirectory(Path.Combine(imports, "__default__"));
        await File.WriteAllTextAsync(Path.Combine(imports, "__default__", "records.jsonl"), """{"id": "S3CRET", "values": [1, 0, 0]}""", Cancellation);
        using var server = await RunningServer.StartInAsync(_directory.Path, ["--import-roots", imports]);
        using var http = new HttpClient { BaseAddress = server.Address };
        await server.CreateIndexAsync(2, "cosine");

        using var content = new StringContent($$$"""{"uri": "file://{{{imports}}}", "errorMode": {"onError": "abort"}}""", Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("/indexes/things/bulk/imports", content, Cancellation);
        await server.UntilItSaysAsync(" failed after ");

        Assert.Matches(@" WRN Import 1 of index things failed after [0-9.]+ ms: 0 records, 1 left out; its description says why", server.Output);
        Assert.DoesNotContain("S3CRET", server.Output, StringComparison.Ordinal);
    }
}
