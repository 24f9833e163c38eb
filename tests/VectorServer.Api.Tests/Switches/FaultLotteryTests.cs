using VectorServer.Api.Switches;

namespace VectorServer.Api.Tests.Switches;

public sealed class FaultLotteryTests
{
    [Fact]
    public void The_nth_request_to_a_route_fares_alike_in_every_run_whatever_other_routes_are_asked()
    {
        var (alone, among) = (Lottery("503:0.3", seed: 7), Lottery("503:0.3", seed: 7));

        var first = Enumerable.Range(0, 100).Select(_ => alone.Draw("POST /query", "POST", "/query")?.Name).ToArray();
        var second = Enumerable.Range(0, 100).Select(i =>
        {
            if (i % 3 == 0)
                among.Draw("GET /vectors/fetch", "GET", "/vectors/fetch");
            return among.Draw("POST /query", "POST", "/query")?.Name;
        }).ToArray();

        Assert.Equal(first, second);
        Assert.Contains(first, name => name == "503");
        Assert.Contains(first, name => name is null);
    }

    [Fact]
    public void Another_seed_and_another_route_draw_other_lots()
    {
        var lottery = Lottery("503:0.5", seed: 7);
        string?[] Fates(FaultLottery from, string route) => [.. Enumerable.Range(0, 100).Select(_ => from.Draw(route, "POST", "/query")?.Name)];

        var fates = Fates(lottery, "POST /query");

        Assert.NotEqual(fates, Fates(lottery, "GET /query"));
        Assert.NotEqual(fates, Fates(Lottery("503:0.5", seed: 8), "POST /query"));
    }

    [Fact]
    public void The_share_of_requests_that_fail_is_the_one_asked_for()
    {
        var lottery = Lottery("429:0.1,503:0.2", seed: 1);

        var fates = Enumerable.Range(0, 10_000).Select(_ => lottery.Draw("POST /query", "POST", "/query")?.Name).ToArray();

        // Five standard deviations of a count of 10,000 lots are at most 200.
        Assert.InRange(fates.Count(name => name == "429"), 800, 1200);
        Assert.InRange(fates.Count(name => name == "503"), 1800, 2200);
    }

    [Fact]
    public void The_first_rule_that_matches_decides()
    {
        var lottery = Lottery("/query=429:0;*=503:1", seed: 1);

        Assert.Null(lottery.Draw("POST /query", "POST", "/query"));
        Assert.Equal("503", lottery.Draw("GET /indexes", "GET", "/indexes")?.Name);
    }

    private static FaultLottery Lottery(string rules, int seed) =>
        new([.. rules.Split(';').Select(text => FaultParser.TryParse(text, out var rule) ? rule : throw new FormatException(text))], seed);
}
