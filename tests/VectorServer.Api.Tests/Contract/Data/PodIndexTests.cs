namespace VectorServer.Api.Tests.Contract.Data;

/// <summary>What the wire does not have for pod indexes.</summary>
public sealed class PodIndexTests
{
    [Theory]
    [InlineData("GET", "/vectors/list")]
    [InlineData("GET", "/namespaces")]
    [InlineData("POST", "/namespaces", """{"name": "n"}""")]
    [InlineData("GET", "/namespaces/__default__")]
    [InlineData("DELETE", "/namespaces/__default__")]
    public async Task Lists_and_operations_on_namespaces_are_refused(string method, string path, string? body = null)
    {
        await using var pod = await TestIndex.CreatePodAsync();
        await pod.UpsertIdsAsync(["a"]);

        var answer = method switch
        {
            "GET" => await pod.GetAsync(path),
            "POST" => await pod.PostAsync(path, body!),
            _ => await pod.DeleteAsync(path),
        };

        answer.AssertRefused("Pod indexes do not support");
    }
}
