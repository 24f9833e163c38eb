namespace VectorServer.Api.Tests.Fuzz;

/// <summary>Requests of every operation, valid, odd and broken, over real sockets.</summary>
[Collection(FuzzAlone.Name)]
public sealed class RestFuzzTests
{
    private const int ProblemsMax = 20;
    private const int RequestsPerRepair = 60;
    private const int RequestsPerClearance = 1_200;

    [Fact]
    public async Task No_request_breaks_the_server_its_answers_or_its_memory()
    {
        await using var server = await FuzzServer.StartAsync("18800-18849");
        using var client = new RawClient(server.Address);
        var (problems, successes) = (new List<string>(), new HashSet<FuzzOperation>());
        MemoryBudget? budget = null;

        for (var i = 0; i < FuzzSize.RestRequests && problems.Count < ProblemsMax; i++)
        {
            var random = new Random(FuzzSize.Seed + i);
            if (i % RequestsPerRepair == 0)
                await server.MakeReadyAsync(clear: i % RequestsPerClearance == 0);
            if (i == FuzzSize.RestRequests / 5)
                budget = new MemoryBudget();

            var request = RestRequest.Make(random, FuzzOperation.All[i % FuzzOperation.All.Count], server.Known, server.BulkUri);
            var answer = await SendAsync(client, request);
            if (RestOracle.Problem(request, answer) is { } problem)
                problems.Add($"Seed {FuzzSize.Seed + i}, {request.Operation.Name} {problem}\n{request}\n");
            else if (answer is not null)
                server.Learn(answer);
            if (answer?.Status is >= 200 and < 300)
                successes.Add(request.Operation);
        }

        Assert.True(problems.Count == 0, string.Join("\n", problems));
        await server.AssertWellAsync();
        await server.RemoveAllAsync();
        budget!.AssertKept();

        // A fuzzer whose every request is refused at the door would find nothing behind it.
        var offered = FuzzOperation.All.Count(operation => operation.IsOffered);
        TestContext.Current.TestOutputHelper!.WriteLine($"{successes.Count} of {offered} offered operations ({FuzzOperation.All.Count} in all) succeeded at least once, not {string.Join(", ", FuzzOperation.All.Where(operation => operation.IsOffered).Except(successes).Select(operation => operation.Name))}");
        Assert.True(successes.Count > offered * 2 / 3, $"Only {successes.Count} of {offered} offered operations ever succeeded");
    }

    // A connection that the server has given up after an earlier request is no answer to this one.
    private static async Task<RawAnswer?> SendAsync(RawClient client, RestRequest request) =>
        await client.SendAsync(request.Bytes, request.Method == "HEAD", request.IsAbuse)
        ?? (request.IsAbuse ? null : await client.SendAsync(request.Bytes, request.Method == "HEAD"));
}
