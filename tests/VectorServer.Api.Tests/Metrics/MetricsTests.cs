using System.Globalization;
using VectorServer.Api.Metrics;
using VectorServer.Api.Tests.Auth;
using VectorServer.Api.Tests.Grpc;

namespace VectorServer.Api.Tests.Metrics;

public sealed class MetricsTests
{
    private const string Index = """{"name": "things", "dimension": 2, "metric": "cosine", "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"} } }""";
    private const string Records = """{"vectors": [{"id": "a", "values": [1, 0]}, {"id": "b", "values": [0, 1]}]}""";

    [Fact]
    public async Task Requests_are_counted_by_route_and_status_with_their_durations()
    {
        await using var server = TestServer.Start();
        await server.PostAsync("/indexes", Index);
        for (var i = 0; i < 3; i++)
            await server.PostAsync("/indexes/things/query", """{"vector": [1, 0], "topK": 1}""");
        await server.PostAsync("/indexes/things/query", "{");

        const string Refused = """http_server_request_duration_seconds_count{http_request_method="POST",http_route="/query",http_response_status_code="400"}""";
        var metrics = await ReadOnceAsync(() => server.GetAsync("/metrics"), Refused, 1);

        Assert.Equal(3, metrics["""http_server_request_duration_seconds_count{http_request_method="POST",http_route="/query",http_response_status_code="200"}"""]);
        Assert.Equal(1, metrics[Refused]);
        Assert.Equal(1, metrics["""http_server_request_duration_seconds_bucket{http_request_method="POST",http_route="/query",http_response_status_code="400",le="+Inf"}"""]);
        Assert.True(metrics["""http_server_request_duration_seconds_sum{http_request_method="POST",http_route="/query",http_response_status_code="200"}"""] > 0);
    }

    [Fact]
    public async Task Paths_that_lead_nowhere_make_no_labels()
    {
        await using var server = TestServer.Start();
        for (var i = 0; i < 50; i++)
            await server.GetAsync($"/nowhere/{i}");

        const string NotFound = """http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="404"}""";
        var metrics = await ReadOnceAsync(() => server.GetAsync("/metrics"), NotFound, 50);

        Assert.DoesNotContain(metrics.Keys, name => name.Contains("nowhere", StringComparison.Ordinal));
        Assert.Equal(50, metrics[NotFound]);
    }

    [Fact]
    public async Task The_status_of_a_call_is_counted_where_that_of_HTTP_is_always_200()
    {
        await using var index = await GrpcIndex.CreateAsync("18740-18744");
        await index.Grpc.CallAsync("Fetch", []);

        const string Refused =
            """http_server_request_duration_seconds_count{http_request_method="POST",http_route="/VectorService/Fetch",http_response_status_code="200",rpc_grpc_status_code="3"}""";
        var metrics = await ReadOnceAsync(() => index.GetServerAsync("/metrics"), Refused, 1);

        Assert.Equal(1, metrics[Refused]);
    }

    [Fact]
    public async Task What_is_stored_is_shown_by_index_and_what_the_engine_did_is_counted()
    {
        await using var server = TestServer.Start();
        await server.PostAsync("/indexes", Index);
        var before = await ReadAsync(server);

        await server.PostAsync("/indexes/things/vectors/upsert", Records);
        var written = await ReadAsync(server);
        await server.PostAsync("/indexes/things/vectors/delete", """{"ids": ["a"]}""");
        await server.PostAsync("/indexes/things/maintenance/flush", "");
        await server.PostAsync("/indexes/things/maintenance/compact", "");
        var after = await ReadAsync(server);

        Assert.Equal(1, before["vectorserver_indexes"]);
        Assert.Equal(0, before["""vectorserver_records{index="things"}"""]);
        Assert.Equal(2, written["""vectorserver_records{index="things"}"""]);
        Assert.Equal(1, written["""vectorserver_namespaces_open{index="things"}"""]);
        Assert.Equal(0, written["""vectorserver_namespaces_damaged{index="things"}"""]);
        Assert.True(written["""vectorserver_log_pending_bytes{index="things"}"""] > 0);
        Assert.Equal(1, after["""vectorserver_records{index="things"}"""]);
        Assert.Equal(0, after["""vectorserver_log_pending_bytes{index="things"}"""]);
        Assert.True(after["vectorserver_disk_free_bytes"] > 0);
        Assert.True(after["process_resident_memory_bytes"] > 0);

        // The engine's meter is one for all servers of the process: tests beside this one count too.
        foreach (var counted in (string[])["log_sync_duration_seconds_count", "checkpoint_duration_seconds_count", "compaction_duration_seconds_count", "log_written_bytes_total"])
            Assert.True(after[$"vectorserver_{counted}"] > before[$"vectorserver_{counted}"], counted);
    }

    [Fact]
    public async Task Asking_opens_no_namespace_and_a_replay_is_counted()
    {
        using var data = new TempData();
        await using (var server = TestServer.StartOn(data.Path))
        {
            await server.PostAsync("/indexes", Index);
            await server.PostAsync("/indexes/things/vectors/upsert", Records);
        }

        await using var again = TestServer.StartOn(data.Path);
        var closed = await ReadAsync(again);
        await again.GetAsync("/indexes/things/describe_index_stats"); // opens none either
        Assert.Equal(0, (await ReadAsync(again))["""vectorserver_namespaces_open{index="things"}"""]);
        await again.GetAsync("/indexes/things/vectors/fetch?ids=a");
        var open = await ReadAsync(again);

        Assert.Equal((1, 0), (closed["""vectorserver_namespaces{index="things"}"""], closed["""vectorserver_namespaces_open{index="things"}"""]));
        Assert.Equal((1, 1), (open["""vectorserver_namespaces{index="things"}"""], open["""vectorserver_namespaces_open{index="things"}"""]));
        Assert.True(open["vectorserver_namespace_open_duration_seconds_count"] > closed["vectorserver_namespace_open_duration_seconds_count"]);
    }

    [Theory]
    [InlineData("reader", 200)]
    [InlineData("boss", 200)]
    [InlineData("dev-boss", 403)]
    [InlineData("nobody", 401)]
    public async Task With_keys_any_that_is_for_all_indexes_may_ask(string key, int status)
    {
        await using var server = KeyedServer.Start();

        Assert.Equal(status, (await server.GetAsync(key, "/metrics")).Status);
    }

    [Theory]
    [InlineData("/metrics", "Bearer key-of-reader", 200)]
    [InlineData("/metrics", "bearer key-of-boss", 200)]
    [InlineData("/metrics", "Bearer key-of-dev-boss", 403)]
    [InlineData("/metrics", "Bearer key-of-nobody", 401)]
    [InlineData("/metrics", "Bearer ", 401)]
    [InlineData("/metrics", "Basic key-of-reader", 401)]
    [InlineData("/indexes", "Bearer key-of-reader", 401)]
    public async Task The_key_may_come_as_Prometheus_sends_it_and_only_here(string path, string authorization, int status)
    {
        await using var server = KeyedServer.Start();

        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        Assert.True(request.Headers.TryAddWithoutValidation("Authorization", authorization));

        Assert.Equal(status, (await server.Server.SendAsync(request)).Status);
    }

    [Fact]
    public async Task The_settings_may_open_it()
    {
        await using var server = KeyedServer.Start(("MetricsOpen", "true"));

        var answer = await server.Server.GetAsync("/metrics");

        Assert.Equal(200, answer.Status);
        Assert.Equal("text/plain", answer.ContentType);
        Assert.Equal(401, (await server.Server.GetAsync("/indexes")).Status);
    }

    [Fact]
    public void Labels_are_escaped()
    {
        var text = new PrometheusText();

        text.WriteSample("x", 1.5, ("index", "a\"b\\c\nd"));

        Assert.Equal("x{index=\"a\\\"b\\\\c\\nd\"} 1.5\n", text.ToString());
    }

    [Fact]
    public async Task Of_a_data_directory_that_is_gone_the_free_space_alone_is_left_out()
    {
        using var data = new TempData();
        await using var server = TestServer.StartOn(data.Path);
        Directory.Move(data.Path, data.Path + ".away");

        var read = await ReadAsync(server);

        Directory.Move(data.Path + ".away", data.Path);
        Assert.False(read.ContainsKey("vectorserver_disk_free_bytes"));
        Assert.Equal(0, read["vectorserver_indexes"]);
    }

    private static async Task<Dictionary<string, double>> ReadAsync(TestServer server)
    {
        var answer = await server.GetAsync("/metrics");
        Assert.True(answer.Status == 200, answer.Body);
        return Parse(answer.Body);
    }

    /// <summary>Once a sample has its value: a request is counted when it is over, which its client may know earlier.</summary>
    private static async Task<Dictionary<string, double>> ReadOnceAsync(Func<Task<Answer>> ask, string sample, double value)
    {
        var metrics = Parse((await ask()).Body);
        for (var attempt = 0; attempt < 500 && !metrics.GetValueOrDefault(sample).Equals(value); attempt++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
            metrics = Parse((await ask()).Body);
        }

        return metrics;
    }

    /// <summary>Samples by name and labels, as they stand; each metric once, below its type.</summary>
    private static Dictionary<string, double> Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var lines = text.TrimEnd('\n').Split('\n');
        Assert.Distinct(lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)));
        return lines.Where(line => !line.StartsWith('#')).ToDictionary(
            line => line[..line.LastIndexOf(' ')], line => double.Parse(line[line.LastIndexOf(' ')..], CultureInfo.InvariantCulture));
    }
}
