namespace VectorServer.Sdk.Tests;

/// <summary>Programs that cannot be told an address, with <c>docs/redirect.mjs</c> preloaded.</summary>
public sealed class RedirectTests(SdkServer server) : IClassFixture<SdkServer>
{
    private static readonly string Script = new Uri(Repository.PathOf("docs", "redirect.mjs")).AbsoluteUri;

    [Theory]
    [InlineData(3), InlineData(5), InlineData(9)]
    public Task The_sdk_without_an_address_reaches_the_server(int major) => Scenario.RunAsync(
        "redirect", major, server.Url, [],
        new Dictionary<string, string> { ["NODE_OPTIONS"] = $"--import {Script}", ["VECTORSERVER_URL"] = server.Url });

    [Fact]
    public Task The_tools_of_Pinecones_MCP_server_see_the_indexes_of_the_server() =>
        Scenario.RunAsync("mcp", 9, server.Url, [], new Dictionary<string, string> { ["REDIRECT"] = Script });
}
