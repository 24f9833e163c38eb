using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace VectorServer.Api.Tests.Contract.Data;

/// <summary>Fields that are none of a query's are harmless, and not passed over in silence.</summary>
public sealed class IgnoredFieldTests
{
    private static readonly (string, string) Explain = ("x-vectorserver-extensions", "explain");

    [Fact]
    public async Task Explain_names_them()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync("""[{"id": "a", "values": [1, 0]}]""");

        var one = await index.PostAsync("/query", """{"vector": [1, 0], "topK": 1, "include_value": true, "efSearch": 7, "includeMetadata": true}""", Explain);
        var plain = await index.PostAsync("/query", """{"vector": [1, 0], "topK": 1, "include_value": true}""");
        var many = await index.PostAsync("/query_many", """{"topK": 1, "nprobe": 3, "queries": [{"vector": [1, 0], "ef": 1}, {"vector": [1, 0]}]}""", Explain);
        var several = await index.PostAsync("/query", """{"topK": 1, "ef": 3, "queries": [{"values": [1, 0], "vector": [1]}]}""", Explain);

        Assert.Equal("""["efSearch","include_value"]""", one.Json.GetProperty("explain").GetProperty("ignored").GetRawText());
        Assert.Equal(["a"], one.MatchIds());
        plain.AssertJson("""{"matches": [{"id": "a", "score": 1, "values": []}], "namespace": "", "usage": {"readUnits": 1} }""");
        Assert.Equal(
            ["""["ef","nprobe"]""", """["nprobe"]"""],
            many.Json.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("explain").GetProperty("ignored").GetRawText()));
        Assert.Equal("""["ef","vector"]""", several.Json.GetProperty("results")[0].GetProperty("explain").GetProperty("ignored").GetRawText());
    }

    [Fact]
    public async Task The_log_names_each_once()
    {
        var log = new Lines();
        await using var server = TestServer.Start(services => services.AddSingleton<ILoggerProvider>(log));
        await server.PostAsync("/indexes", """{"name": "things", "dimension": 2, "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"} } }""");

        for (var i = 0; i < 3; i++)
            await server.PostAsync("/indexes/things/query", """{"vector": [1, 0], "topK": 1, "efSearch": 7}""");
        for (var i = 0; i < 300; i++)
            await server.PostAsync("/indexes/things/query", $$"""{"vector": [1, 0], "topK": 1, "x{{i}}\n": 7}""");

        Assert.Single(log.All, line => line.Contains("'efSearch'", StringComparison.Ordinal) || line.Contains("field efSearch,", StringComparison.Ordinal));
        Assert.InRange(log.All.Count(line => line.Contains("unknown and was ignored", StringComparison.Ordinal)), 50, 100);
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentBag<string> All { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
