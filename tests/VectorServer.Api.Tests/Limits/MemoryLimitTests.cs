using Microsoft.Extensions.DependencyInjection;
using VectorServer.Api.Limits;

namespace VectorServer.Api.Tests.Limits;

public sealed class MemoryLimitTests
{
    private const long Gib = 1L << 30;

    private const string Create = """{"name": "%", "dimension": 2, "metric": "cosine", "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}}}""";
    private const string Upsert = """{"vectors": [{"id": "a", "values": [1, 0]}]}""";
    private const string Query = """{"vector": [1, 0], "topK": 1}""";

    [Theory]
    [InlineData("90%", 9 * Gib)]
    [InlineData("100%", 10 * Gib)]
    [InlineData("512m", Gib / 2)]
    [InlineData("8G", 8 * Gib)]
    [InlineData("67108864", 64 << 20)]
    public void A_limit_is_a_share_or_a_size(string text, long expected)
    {
        Assert.True(MemoryLimit.TryParse(text, out var limit));
        Assert.Equal(expected, limit.Of(10 * Gib));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0%")]
    [InlineData("101%")]
    [InlineData("-1g")]
    [InlineData("1m")]
    [InlineData("many")]
    [InlineData("9999999999999t")]
    public void What_is_neither_is_refused(string text) => Assert.False(MemoryLimit.TryParse(text, out _));

    [Fact]
    public async Task When_memory_is_full_writes_are_refused_and_reads_and_deletes_go_on()
    {
        var memory = new TestMemory();
        await using var server = Start(memory);
        await server.PostAsync("/indexes", Create.Replace("%", "things", StringComparison.Ordinal));
        await server.PostAsync("/indexes/things/vectors/upsert", Upsert);

        memory.Hold(Gib + 1);
        var refused = await server.PostAsync("/indexes/things/vectors/upsert", Upsert);

        Assert.Equal((429, 8), (refused.Status, refused.Json.GetProperty("code").GetInt32()));
        Assert.Contains("of the 1024 MiB", refused.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(MemoryCeiling.RetryAfter, refused.Headers.RetryAfter!.Delta);
        Assert.Equal(429, (await server.PostAsync("/indexes", Create.Replace("%", "more", StringComparison.Ordinal))).Status);
        Assert.Equal(200, (await server.PostAsync("/indexes/things/query", Query)).Status);
        Assert.Equal(200, (await server.PostAsync("/indexes/things/vectors/delete", """{"ids": ["a"]}""")).Status);

        memory.Hold(Gib / 2);
        Assert.Equal(200, (await server.PostAsync("/indexes/things/vectors/upsert", Upsert)).Status);
    }

    [Fact]
    public async Task Far_above_the_limit_only_what_frees_memory_goes_on()
    {
        var memory = new TestMemory();
        await using var server = Start(memory);
        await server.PostAsync("/indexes", Create.Replace("%", "things", StringComparison.Ordinal));

        memory.Hold(2 * Gib);

        Assert.Equal(429, (await server.PostAsync("/indexes/things/query", Query)).Status);
        Assert.Equal(200, (await server.GetAsync("/indexes")).Status);
        Assert.Equal(200, (await server.GetAsync("/readyz")).Status);
        Assert.Equal(202, (await server.DeleteAsync("/indexes/things")).Status);
    }

    [Fact]
    public async Task Garbage_is_collected_before_a_write_is_refused()
    {
        var memory = new TestMemory { AfterCollection = Gib / 2 };
        await using var server = Start(memory);
        await server.PostAsync("/indexes", Create.Replace("%", "things", StringComparison.Ordinal));

        memory.Hold(2 * Gib);

        Assert.Equal(200, (await server.PostAsync("/indexes/things/vectors/upsert", Upsert)).Status);
    }

    [Fact]
    public async Task Off_is_off()
    {
        var memory = new TestMemory();
        await using var server = TestServer.Start(services => services.AddSingleton<ProcessMemory>(memory), ("MemoryLimit", "off"));
        memory.Hold(long.MaxValue / 2);

        Assert.Equal(201, (await server.PostAsync("/indexes", Create.Replace("%", "things", StringComparison.Ordinal))).Status);
    }

    [Fact]
    public void What_the_process_holds_is_measured_without_mapped_files()
    {
        var memory = new ProcessMemory();
        var before = memory.HeldBytes();
        var held = GC.AllocateUninitializedArray<byte>(128 << 20, pinned: true);
        held.AsSpan().Fill(1);

        Assert.InRange(memory.HeldBytes() - before, 100 << 20, 300 << 20);
        Assert.InRange(memory.AvailableBytes(), 1, long.MaxValue);
        GC.KeepAlive(held);
    }

    private static TestServer Start(TestMemory memory) => TestServer.Start(
        services =>
        {
            services.AddSingleton<ProcessMemory>(memory);
            services.AddSingleton<TimeProvider>(memory.Time);
        },
        ("MemoryLimit", "1g"));

    /// <summary>A process that holds what the test says.</summary>
    private sealed class TestMemory : ProcessMemory
    {
        private long _held;

        public ManualTime Time { get; } = new(DateTimeOffset.UnixEpoch.AddYears(50));

        public long? AfterCollection { get; init; }

        public void Hold(long bytes)
        {
            _held = bytes;
            Time.Advance(MemoryCeiling.LookAgainAfter);
        }

        public override long HeldBytes() => _held;

        public override long AvailableBytes() => 4 * Gib;

        public override void Collect() => _held = AfterCollection ?? _held;
    }
}
