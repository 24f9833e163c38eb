using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VectorServer.Api.Grpc.Proto;
using VectorServer.Api.Tests.Grpc;

namespace VectorServer.Api.Tests.Logging;

public sealed class SecretsInLogsTests
{
    // What must not be found, each sent where its name says.
    private static readonly string[] Secrets = ["K3y-s3cret", "Wr0ng-s3cret", "Id-s3cret", "Meta-s3cret", "Filter-s3cret", "0.123457", "0.987653"];

    [Fact]
    public async Task No_key_id_vector_or_metadata_is_in_the_log_at_its_most_talkative()
    {
        var log = new EverythingLog();
        await using var server = TestServer.Listen(
            null,
            services => services.AddLogging(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace)),
            ("IndexPorts", "18680-18681"),
            ("ApiKeys", "K3y-s3cret"));
        await SendAsync(server);

        Assert.Contains(log.Lines, line => line.Contains("/vectors/upsert", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        var leaks = log.Lines.Where(line => Secrets.Any(secret => line.Contains(secret, StringComparison.OrdinalIgnoreCase))).ToList();
        Assert.Empty(leaks);
    }

    private static async Task SendAsync(TestServer server)
    {
        Assert.Equal(401, (await server.GetAsync("/indexes")).Status);
        server.Client.DefaultRequestHeaders.Add("Api-Key", "Wr0ng-s3cret");
        Assert.Equal(401, (await server.GetAsync("/indexes")).Status);
        server.Client.DefaultRequestHeaders.Remove("Api-Key");
        server.Client.DefaultRequestHeaders.Add("Api-Key", "K3y-s3cret");

        var created = await server.PostAsync(
            "/indexes", """{"name": "things", "dimension": 2, "metric": "cosine", "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}}}""");
        Assert.Equal(201, created.Status);
        (string Path, string Json, int Status)[] requests =
        [
            ("/vectors/upsert", """{"vectors": [{"id": "Id-s3cret", "values": [0.123457, 0.987653], "metadata": {"a": "Meta-s3cret"}}]}""", 200),
            ("/vectors/upsert", """{"vectors": [{"id": "Id-s3cret", "values": [0.123457], "metadata": {"a": "Meta-s3cret"}}]}""", 400),
            ("/vectors/upsert", """{"vectors": [{"id": "Id-s3cret", "values": [0.123457, "Meta-s3cret"]}]}""", 400),
            ("/vectors/upsert", """{"vectors": [{"id": "Id-s3cret", "values": [0.123457, 0.987653], "metadata": {"a": {"b": "Meta-s3cret"}}}]}""", 400),
            ("/query", """{"vector": [0.123457, 0.987653], "topK": 3, "includeMetadata": true, "filter": {"a": {"$eq": "Filter-s3cret"}}}""", 200),
            ("/query", """{"vector": [0.123457, 0.987653], "topK": 3, "filter": {"a": {"$no": "Filter-s3cret"}}}""", 400),
            ("/query", """{"id": "Id-s3cret", "topK": 0}""", 400),
            ("/vectors/update", """{"id": "Id-s3cret", "setMetadata": {"a": "Meta-s3cret"}}""", 200),
            ("/vectors/delete", """{"ids": ["Id-s3cret"]}""", 200),
        ];
        foreach (var (path, json, status) in requests)
        {
            var answer = await server.PostAsync("/indexes/things" + path, json);
            Assert.True(answer.Status == status, $"{path} {json}: {answer.Status} {answer.Body}");
        }

        Assert.Equal(200, (await server.GetAsync("/indexes/things/vectors/fetch?ids=Id-s3cret")).Status);
        Assert.Equal(200, (await server.GetAsync("/indexes/things/vectors/list?prefix=Id-s3cret")).Status);

        using var grpc = new GrpcClient(new Uri(created.Json.GetProperty("host").GetString()!));
        var upsert = new UpsertRequest { Vectors = { new Vector { Id = "Id-s3cret", Values = { 0.123457f, 0.987653f } } } };
        Assert.Equal("0", (await grpc.CallAsync("Upsert", upsert.ToByteArray(), ("api-key", "K3y-s3cret"))).Status);
        Assert.Equal("7", (await grpc.CallAsync("Upsert", upsert.ToByteArray(), ("api-key", "Wr0ng-s3cret"))).Status);
    }

    /// <summary>Keeps what anything in the process tells, however unimportant.</summary>
    private sealed class EverythingLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();
        private readonly string _category = "";

        public EverythingLog()
        {
        }

        private EverythingLog(ConcurrentQueue<string> lines, string category) => (_lines, _category) = (lines, category);

        public IReadOnlyCollection<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => new EverythingLog(_lines, categoryName);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{_category}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
            // nothing is held
        }
    }
}
