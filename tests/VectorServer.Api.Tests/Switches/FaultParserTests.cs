namespace VectorServer.Api.Tests.Switches;

public sealed class FaultParserTests
{
    [Theory]
    [InlineData("503:0.5", "GET", "/indexes", true)]
    [InlineData("*=503:0.5", "POST", "/query", true)]
    [InlineData("/query=503:0.5", "POST", "/query", true)]
    [InlineData("/query=503:0.5", "POST", "/query/more", false)]
    [InlineData("post /QUERY = 503 : 0.5", "POST", "/query", true)]
    [InlineData("POST /query=503:0.5", "GET", "/query", false)]
    [InlineData("/vectors/*=503:0.5", "GET", "/vectors/fetch", true)]
    [InlineData("/vectors/*=503:0.5", "GET", "/namespaces", false)]
    public void A_rule_names_the_requests_it_is_for(string text, string method, string path, bool matches)
    {
        Assert.True(FaultParser.TryParse(text, out var rule));

        Assert.Equal(matches, rule.Matches(method, path));
        Assert.Equal(("503", 0.5), (Assert.Single(rule.Shares).Fault.Name, rule.Shares[0].Share));
    }

    [Theory]
    [InlineData(0.0, "429")]
    [InlineData(0.24, "429")]
    [InlineData(0.25, "lost")]
    [InlineData(0.49, "lost")]
    [InlineData(0.5, null)]
    public void Shares_divide_the_lots_among_the_faults(double lot, string? expected)
    {
        Assert.True(FaultParser.TryParse("429:0.25, LOST:0.25", out var rule));

        Assert.Equal(expected, rule.Choose(lot)?.Name);
    }

    [Fact]
    public void Shares_may_add_up_to_all_requests()
    {
        Assert.True(FaultParser.TryParse("429:0.1,500:0.1,503:0.7,lost:0.1", out var rule));

        Assert.NotNull(rule.Choose(0.999));
    }

    [Theory]
    [InlineData("503")]
    [InlineData("418:0.1")]
    [InlineData("503:1.1")]
    [InlineData("503:-0.1")]
    [InlineData("503:1e-1")]
    [InlineData("503:NaN")]
    [InlineData("503:0.6,429:0.6")]
    [InlineData("503:0.1,")]
    [InlineData("query=503:0.1")]
    [InlineData("=503:0.1")]
    [InlineData("/a/*/b=503:0.1")]
    [InlineData("POST GET /query=503:0.1")]
    public void Anything_else_is_not_a_rule(string text) => Assert.False(FaultParser.TryParse(text, out _));
}
