using Microsoft.Extensions.DependencyInjection;
using VectorServer.Storage;

namespace VectorServer.Api.Tests.Contract;

public sealed class ConfigureIndexContractTests
{
    [Theory]
    [InlineData("2025-04", 202)]
    [InlineData("2026-04", 202)]
    [InlineData("2026-07", 200)]
    public async Task A_configure_answers_with_the_index_and_the_status_of_its_family(string version, int status)
    {
        await using var server = await StartWithDocsAsync();

        var answer = await server.PatchAsync("/indexes/docs", """{"tags":{"team":"search"}}""", version);

        Assert.Equal(status, answer.Status);
        Assert.Equal("""{"team":"search"}""", answer.Json.GetProperty("tags").GetRawText());
        Assert.Equal("docs", answer.Json.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Tags_are_merged_and_an_empty_value_removes_one()
    {
        await using var server = await StartWithDocsAsync();
        await server.PatchAsync("/indexes/docs", """{"tags":{"a":"1","b":"2"}}""");

        await server.PatchAsync("/indexes/docs", """{"tags":{"a":"","c":"3"}}""");
        var answer = await server.GetAsync("/indexes/docs");

        Assert.Equal("""{"b":"2","c":"3"}""", answer.Json.GetProperty("tags").GetRawText());
    }

    [Fact]
    public async Task Tags_beyond_twenty_are_refused_also_when_they_add_up()
    {
        await using var server = await StartWithDocsAsync();
        static string Tags(int from, int count) => "{\"tags\":{" + string.Join(',', Enumerable.Range(from, count).Select(i => $"\"t{i}\":\"v\"")) + "}}";

        var within = await server.PatchAsync("/indexes/docs", Tags(0, 20));
        var beyond = await server.PatchAsync("/indexes/docs", Tags(20, 1));

        Assert.Equal(202, within.Status);
        Assert.Equal(400, beyond.Status);
        Assert.Contains("at most 20 tags", beyond.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_that_was_said_to_be_protected_is_not_deleted()
    {
        await using var server = TestServer.Start();
        for (var round = 0; round < 40; round++)
        {
            var created = await server.PostAsync(
                "/indexes", """{"name": "raced", "dimension": 3, "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"} } }""");
            Assert.Equal(201, created.Status);

            var deletion = Task.Run(() => server.DeleteAsync("/indexes/raced"));
            var protection = await server.PatchAsync("/indexes/raced", """{"deletion_protection": "enabled"}""");

            var isDeleted = (await deletion).Status == 202;
            Assert.NotEqual(isDeleted, protection.Status == 202);
            Assert.Equal(isDeleted ? 404 : 200, (await server.GetAsync("/indexes/raced")).Status);
            if (!isDeleted)
            {
                await server.PatchAsync("/indexes/raced", """{"deletion_protection": "disabled"}""");
                await server.DeleteAsync("/indexes/raced");
            }
        }
    }

    [Fact]
    public async Task A_protected_index_is_deleted_only_after_protection_is_lifted()
    {
        await using var server = await StartWithDocsAsync();
        await server.PatchAsync("/indexes/docs", """{"deletion_protection":"enabled"}""");

        var refused = await server.DeleteAsync("/indexes/docs");
        await server.PatchAsync("/indexes/docs", """{"deletion_protection":"disabled"}""");
        var deleted = await server.DeleteAsync("/indexes/docs");

        Assert.Equal(403, refused.Status);
        Assert.Equal(
            """{"status":403,"error":{"code":"FORBIDDEN","message":"Deletion protection is enabled for this index. Disable deletion protection before retrying."}}""",
            refused.Body);
        Assert.Equal(202, deleted.Status);
    }

    [Fact]
    public async Task Read_capacity_is_echoed_in_both_families_that_have_it()
    {
        await using var server = await StartWithDocsAsync();
        const string Dedicated = """{"mode":"Dedicated","dedicated":{"node_type":"b1","scaling":"Manual","manual":{"replicas":1,"shards":2}}}""";

        await server.PatchAsync("/indexes/docs", "{\"spec\":{\"serverless\":{\"read_capacity\":" + Dedicated + "}}}", "2025-10");
        var schema = await server.GetAsync("/indexes/docs", "2026-07");
        await server.PatchAsync("/indexes/docs", """{"read_capacity":{"mode":"OnDemand"}}""", "2026-07");
        var later = await server.GetAsync("/indexes/docs", "2025-10");

        JsonAssert.Equal(
            Dedicated[..^1] + """ ,"status":{"state":"Ready","current_replicas":1,"current_shards":2}}""",
            schema.Json.GetProperty("read_capacity"));
        JsonAssert.Equal(
            """{"mode":"OnDemand","status":{"state":"Ready"}}""",
            later.Json.GetProperty("spec").GetProperty("serverless").GetProperty("read_capacity"));
    }

    [Theory]
    [InlineData("2025-04", """{"spec":{"pod":{"replicas":2}}}""", 400, "type serverless")]
    [InlineData("2025-04", """{"spec":{}}""", 400, "exactly one")]
    [InlineData("2025-04", """{"embed":{"model":"m"}}""", 400, "not offered")]
    [InlineData("2025-04", """{"deletion_protection":"maybe"}""", 400, "enabled or disabled")]
    [InlineData("2025-04", """{"tags":["a"]}""", 422, "tags")]
    [InlineData("2026-07", """{"deployment":{"replicas":2}}""", 400, "type serverless")]
    [InlineData("2026-07", """{"read_capacity":{"mode":"Dedicated"}}""", 400, "dedicated is required")]
    [InlineData("2026-07", """{"schema":{"fields":{}}}""", 400, "not offered")]
    public async Task A_change_that_does_not_suit_the_index_is_refused(string version, string body, int status, string expected)
    {
        await using var server = await StartWithDocsAsync();

        var answer = await server.PatchAsync("/indexes/docs", body, version);

        Assert.Equal(status, answer.Status);
        Assert.Contains(expected, answer.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_index_is_scaled()
    {
        await using var server = TestServer.Start();
        await server.PostAsync("/indexes", """{"name":"docs","dimension":3,"spec":{"pod":{"environment":"e","pod_type":"p1.x1"}}}""");

        var answer = await server.PatchAsync("/indexes/docs", """{"spec":{"pod":{"replicas":4,"pod_type":"p1.x2"}}}""");

        Assert.Equal(
            """{"environment":"e","pod_type":"p1.x2","replicas":4,"shards":1,"pods":4}""", answer.Json.GetProperty("spec").GetProperty("pod").GetRawText());
    }

    [Fact]
    public async Task The_compression_tag_chooses_the_codes_and_its_removal_the_default()
    {
        await using var server = TestServer.Start(("Compression", "float32"));
        await server.PostAsync(
            "/indexes", """{"name":"docs","dimension":8,"spec":{"serverless":{"cloud":"aws","region":"us-east-1"}},"tags":{"vs_compression":"spectral_k64"}}""");
        var engine = server.Services.GetRequiredService<VectorEngine>();
        Assert.Equal(Compression.SpectralK64, engine.GetIndex("docs").Descriptor.Compression);

        await server.PatchAsync("/indexes/docs", """{"tags":{"vs_compression":"spectral_k128"}}""");
        Assert.Equal(Compression.SpectralK128, engine.GetIndex("docs").Descriptor.Compression);

        await server.PatchAsync("/indexes/docs", """{"tags":{"other":"x"}}""");
        Assert.Equal(Compression.SpectralK128, engine.GetIndex("docs").Descriptor.Compression);

        await server.PatchAsync("/indexes/docs", """{"tags":{"vs_compression":""}}""");
        Assert.Equal(Compression.Float32, engine.GetIndex("docs").Descriptor.Compression);
    }

    [Theory]
    [InlineData("2025-04", """{"name":"docs","dimension":3,"spec":{"serverless":{"cloud":"aws","region":"us-east-1"}},"vs_calibration":[[1,2,3],[4,5,6]]}""")]
    [InlineData(
        "2026-07",
        """{"name":"docs","schema":{"fields":{"_values":{"type":"dense_vector","dimension":3,"metric":"cosine"}}},"vs_calibration":[[1,2,3],[4,5,6]]}""")]
    public async Task A_calibration_sample_is_accepted_with_the_create(string version, string body)
    {
        await using var server = TestServer.Start();

        var answer = await server.PostAsync("/indexes", body, version);

        Assert.Equal(201, answer.Status);
        Assert.False(answer.Json.TryGetProperty("vs_calibration", out _));
    }

    private static async Task<TestServer> StartWithDocsAsync()
    {
        var server = TestServer.Start();
        await server.PostAsync("/indexes", """{"name":"docs","dimension":3,"spec":{"serverless":{"cloud":"aws","region":"us-east-1"}}}""");
        return server;
    }
}
