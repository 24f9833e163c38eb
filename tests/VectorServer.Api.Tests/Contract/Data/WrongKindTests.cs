namespace VectorServer.Api.Tests.Contract.Data;

/// <summary>A value of the wrong kind is refused by its place, with what was expected there and what came.</summary>
public sealed class WrongKindTests
{
    [Theory]
    [InlineData("""{"topK": 1, "vector": {"0": 1, "1": 0}}""", "vector: expected an array of numbers, got an object")]
    [InlineData("""{"topK": 1, "vector": "1,0"}""", "vector: expected an array of numbers, got a string")]
    [InlineData("""{"topK": 1, "vector": 7}""", "vector: expected an array of numbers, got '7'")]
    [InlineData("""{"topK": 1, "vector": true}""", "vector: expected an array of numbers, got a boolean")]
    [InlineData("""{"topK": 1, "vector": [1, "0"]}""", "vector: expected an array of numbers, got a string in it at position 1")]
    [InlineData("""{"topK": 1, "vector": [[1, 0]]}""", "vector: expected an array of numbers, got an array in it at position 0")]
    [InlineData("""{"topK": 1, "vector": [1, null]}""", "vector: expected an array of numbers, got null in it at position 1")]
    [InlineData("""{"topK": [1], "vector": [1, 0]}""", "topK: expected a whole number, got an array")]
    [InlineData("""{"topK": 1.5, "vector": [1, 0]}""", "topK: expected a whole number, got '1.5'")]
    [InlineData("""{"top_k": "many", "vector": [1, 0]}""", "top_k: expected a whole number, got '\"many\"'")]
    [InlineData("""{"topK": 1, "vector": [1, 0], "namespace": 7}""", "namespace: expected a string, got '7'")]
    [InlineData("""{"topK": 1, "vector": [1, 0], "includeValues": "yes"}""", "includeValues: expected a boolean, got a string")]
    [InlineData("""{"topK": 1, "vector": [1, 0], "scanFactor": "4"}""", "scanFactor: expected a number, got a string")]
    [InlineData("""{"topK": 1, "vector": [1, 0], "sparseVector": [1, 2]}""", "sparseVector: expected an object, got an array")]
    [InlineData("""{"topK": 1, "sparseVector": {"indices": {"1": 1}, "values": [1]}}""", "sparseVector.indices: expected an array of whole numbers, got an object")]
    [InlineData("""{"topK": 1, "queries": {"values": [1, 0]}}""", "queries: expected an array of objects, got an object")]
    [InlineData("[]", "expected an object, got an array")]
    public async Task A_query_is_refused(string json, string problem)
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.PostAsync("/query", json)).AssertRefused("Failed to deserialize the JSON body into the target type: " + problem);
    }

    [Theory]
    [InlineData("""{"vectors": {"id": "a", "values": [1, 0]}}""", "vectors: expected an array of objects, got an object")]
    [InlineData("""{"vectors": [{"id": "a", "values": [1, 0]}, {"id": "b", "values": {"x": 1}}]}""", "vectors[1].values: expected an array of numbers, got an object")]
    [InlineData("""{"vectors": [{"id": 7, "values": [1, 0]}]}""", "vectors[0].id: expected a string, got '7'")]
    [InlineData("""{"vectors": [7]}""", "vectors[0]: expected an object, got '7'")]
    public async Task An_upsert_is_refused(string json, string problem)
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.PostAsync("/vectors/upsert", json)).AssertRefused(problem);
    }

    [Theory]
    [InlineData("""{"name": "x", "dimension": "3", "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}}}""", "dimension: expected a whole number, got '\"3\"'")]
    [InlineData("""{"name": ["x"], "dimension": 3, "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}}}""", "name: expected a string, got an array")]
    [InlineData("""{"name": "x", "dimension": 3, "spec": "serverless"}""", "spec: expected an object, got a string")]
    [InlineData("""{"name": "x", "dimension": 3, "tags": ["a"], "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}}}""", "tags: expected an object, got an array")]
    [InlineData("""{"name": null, "dimension": 3, "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}}}""", "name: must not be null")]
    public async Task The_control_plane_refuses_with_its_status(string json, string problem)
    {
        await using var server = TestServer.Start();

        var answer = await server.PostAsync("/indexes", json);

        Assert.Equal(422, answer.Status);
        Assert.Contains(problem, answer.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
