namespace VectorServer.Sdk.Tests;

/// <summary>
/// The vector stores that other projects build on the SDK, unmodified from npm, each with the major of the SDK it asks for and its own
/// embeddings replaced by word counts.
/// </summary>
public sealed class StoreTests(SdkServer server) : IClassFixture<SdkServer>
{
    [Theory]
    [InlineData("langchain")] // @langchain/pinecone on SDK 5
    [InlineData("llamaindex")] // @llamaindex/pinecone on SDK 4
    [InlineData("mastra")] // @mastra/pinecone on SDK 3
    public async Task Documents_are_stored_found_changed_and_deleted(string store)
    {
        await Node.RequireAsync();

        await Node.RunAsync(
            Repository.PathOf("tests", "VectorServer.Sdk.Tests", "stores", store),
            "store.mjs", "--host", server.Url, "--key", ServerProcess.ApiKey, "--index", $"store-{store}");
    }
}
