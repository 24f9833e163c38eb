using System.Net;

namespace VectorServer.Api.Tests.Limits;

/// <summary>The pages need no key, and a client need not read them: the server holds few of them at a time.</summary>
public sealed class DocsLimitTests
{
    private const int Asked = 50;
    private const int Answered = 8;
    private const int Waiting = 32;

    [Fact]
    public async Task Pages_that_nobody_reads_are_held_for_a_few_clients_only()
    {
        await using var server = TestServer.Listen(null, ("Addressing", "subdomain"));
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        var answers = Enumerable.Range(0, Asked).Select(_ => AskAsync()).ToList();
        while (answers.Count(answer => answer.IsCompleted) < Asked - Waiting)
            await Task.Delay(10, TestContext.Current.CancellationToken);

        var statuses = answers.Where(answer => answer.IsCompleted).Select(answer => answer.Result.StatusCode).ToList();
        Assert.Equal(
            [.. Enumerable.Repeat(HttpStatusCode.OK, Answered), .. Enumerable.Repeat(HttpStatusCode.TooManyRequests, Asked - Waiting - Answered)],
            statuses.Order());
        await giveUp.CancelAsync();
        foreach (var answer in answers.Where(answer => answer.IsCompletedSuccessfully))
            (await answer).Dispose();

        // The server hears of it a moment later.
        var status = 429;
        for (var attempt = 0; attempt < 500 && status == 429; attempt++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
            status = (await server.GetAsync("/docs/index.html")).Status;
        }

        Assert.Equal(200, status);

        Task<HttpResponseMessage> AskAsync() => server.Client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "/docs/swagger-ui-bundle.js") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact },
            HttpCompletionOption.ResponseHeadersRead,
            giveUp.Token);
    }
}
