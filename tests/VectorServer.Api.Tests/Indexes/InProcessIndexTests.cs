using Microsoft.Extensions.DependencyInjection;
using VectorServer.Storage;

namespace VectorServer.Api.Tests.Indexes;

/// <summary>Indexes made in process, without the host's attributes, beside those of clients.</summary>
public sealed class InProcessIndexTests : IDisposable
{
    private readonly TempData _files = new();

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"mine":1}""")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("not JSON")]
    [InlineData("")]
    public async Task They_are_listed_described_written_and_deleted_as_any_other(string attributes)
    {
        await using (var engine = VectorEngine.Open(new EngineOptions { DataDirectory = _files.Path }))
            engine.CreateIndex(new IndexDescriptor { Name = "before", Dimension = 2, Attributes = attributes });
        await using var server = TestServer.StartOn(_files.Path);
        server.Services.GetRequiredService<VectorEngine>().CreateIndex(new IndexDescriptor { Name = "during", Dimension = 2, Attributes = attributes });
        Assert.Equal(201, (await server.PostAsync("/indexes", """{"name": "usual", "dimension": 2, "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"} } }""")).Status);

        foreach (var version in new[] { "2025-04", "2026-04", "2026-07" })
        {
            var list = await server.GetAsync("/indexes", version);
            Assert.Equal(200, list.Status);
            Assert.Equal(["before", "during", "usual"], list.Json.GetProperty("indexes").EnumerateArray().Select(index => index.GetProperty("name").GetString()));
            Assert.All(list.Json.GetProperty("indexes").EnumerateArray(), index => Assert.NotEmpty(index.GetProperty("host").GetString()!));
            var described = await server.GetAsync("/indexes/during", version);
            Assert.Equal(200, described.Status);
            Assert.True(version == "2026-07" || described.Json.GetProperty("spec").GetProperty("serverless").GetProperty("region").GetString() == "us-east-1");
        }

        foreach (var name in new[] { "before", "during" })
        {
            Assert.Equal(200, (await server.PostAsync($"/indexes/{name}/vectors/upsert", """{"vectors": [{"id": "a", "values": [1, 0]}]}""")).Status);
            Assert.Equal(200, (await server.GetAsync($"/indexes/{name}/describe_index_stats")).Status);
            Assert.Equal(202, (await server.PatchAsync($"/indexes/{name}", """{"tags": {"a": "b"} }""")).Status);
            Assert.Equal("b", (await server.GetAsync($"/indexes/{name}")).Json.GetProperty("tags").GetProperty("a").GetString());
            var kept = server.Services.GetRequiredService<VectorEngine>().GetIndex(name).Descriptor.Attributes;
            Assert.Equal(attributes.Contains("mine", StringComparison.Ordinal), kept.Contains("\"mine\":1", StringComparison.Ordinal));
            Assert.Equal(202, (await server.DeleteAsync($"/indexes/{name}")).Status);
        }
    }

    public void Dispose() => _files.Dispose();
}
