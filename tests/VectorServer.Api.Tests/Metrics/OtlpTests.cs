using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace VectorServer.Api.Tests.Metrics;

/// <summary>What a receiver of OTLP gets from a server whose environment names it.</summary>
public sealed class OtlpTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("vectorserver-otlp-");
    private readonly ConcurrentQueue<string> _traces = new();
    private readonly ConcurrentQueue<string> _metrics = new();

    [Fact]
    public async Task Metrics_and_spans_with_index_and_operation_go_to_the_receiver_that_the_environment_names()
    {
        await using var receiver = await ReceiveAsync();
        using var server = await RunningServer.StartAsync(
            _data.FullName,
            environment:
            [
                ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.Urls.Single()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                ("OTEL_METRIC_EXPORT_INTERVAL", "100"), ("OTEL_BSP_SCHEDULE_DELAY", "100"), ("OTEL_SERVICE_NAME", "search-of-ours"),
            ]);

        await server.CreateIndexAsync(2, "dotproduct");
        using var http = new HttpClient { BaseAddress = server.Address };
        using var content = new StringContent("""{"vectors":[{"id":"a","values":[1,2]}]}""", Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("/indexes/things/vectors/upsert", content, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();

        await UntilAsync(_traces, "db.collection.name", "things", "db.operation.name", "vectors/upsert", "search-of-ours");
        await UntilAsync(_metrics, "vectorserver.log.written", "http.server.request.duration", "search-of-ours");
    }

    public void Dispose() => _data.Delete(recursive: true);

    /// <summary>Waits for a message with all of the texts, which protocol buffers hold as they are.</summary>
    private static async Task UntilAsync(ConcurrentQueue<string> messages, params string[] texts)
    {
        while (!messages.Any(message => texts.All(text => message.Contains(text, StringComparison.Ordinal))))
            await Task.Delay(20, TestContext.Current.CancellationToken);
    }

    private async Task<WebApplication> ReceiveAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapPost("/v1/traces", context => KeepAsync(context, _traces));
        app.MapPost("/v1/metrics", context => KeepAsync(context, _metrics));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static async Task KeepAsync(HttpContext context, ConcurrentQueue<string> messages)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        messages.Enqueue(Encoding.Latin1.GetString(body.ToArray()));
    }
}
