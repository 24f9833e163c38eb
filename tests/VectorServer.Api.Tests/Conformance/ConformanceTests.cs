using VectorServer.Api.Tests.Conformance.Drivers;

namespace VectorServer.Api.Tests.Conformance;

/// <summary>The server held against the specification: what it offers conforms, and README counts it rightly.</summary>
public sealed class ConformanceTests(ConformanceRun run) : IClassFixture<ConformanceRun>
{
    private const string WriteVariable = "VECTORSERVER_WRITE_CONFORMANCE";

    public static TheoryData<string> Versions { get; } = [.. Specification.AllVersions];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task What_is_offered_conforms(string version)
    {
        var outcomes = (await run.FindAsync()).Outcomes.Where(outcome => outcome.Version == version).ToList();
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"{version}: passes {outcomes.Count(outcome => outcome.Passed)} of {outcomes.Count} operations");
        foreach (var outcome in outcomes.Where(outcome => !outcome.Passed))
            output.WriteLine($"  {Describe(outcome)}");

        Assert.Empty(outcomes.Where(outcome => outcome is { IsOffered: true, Passed: false }).Select(Describe));
    }

    [Fact]
    public async Task What_is_offered_over_gRPC_conforms()
    {
        var outcomes = (await run.FindAsync()).Grpc;
        foreach (var outcome in outcomes.Where(outcome => outcome.Problem is not null))
            TestContext.Current.TestOutputHelper!.WriteLine($"{outcome.Service}/{outcome.Method}: {outcome.Problem}");

        Assert.Empty(outcomes.Where(outcome => outcome is { IsOffered: true, Problem: not null }).Select(outcome => $"{outcome.Method}: {outcome.Problem}"));
    }

    /// <summary>With VECTORSERVER_WRITE_CONFORMANCE=1 it writes the table of docs/compatibility.md instead.</summary>
    [Fact]
    public async Task README_shows_what_was_found()
    {
        var found = ConformanceTable.Render(await run.FindAsync());
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
            ConformanceTable.Write(found);

        var shown = ConformanceTable.Read();
        Assert.True(shown == found, $"The table of docs/compatibility.md between the conformance markers must be (set {WriteVariable}=1 to have it written):\n\n{found}");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Every_version_has_as_many_operations_as_its_published_files(string version)
    {
        var operations = new Specification(version).Operations;

        Assert.All(Enum.GetValues<Area>(), area =>
            Assert.Equal(Specification.PublishedCount(version, area), operations.Count(operation => operation.Area == area)));
    }

    [Fact]
    public void Every_operation_has_its_first_version_and_something_that_tries_it()
    {
        var operations = Specification.AllVersions.SelectMany(version => new Specification(version).Operations.Select(operation => operation.Id)).Distinct();

        Assert.Empty(Specification.Undated());
        Assert.Equal(operations.Order(StringComparer.Ordinal), DriverTable.All.Keys.Order(StringComparer.Ordinal));
    }

    private static string Describe(Outcome outcome) =>
        $"{outcome.Operation.Id} ({outcome.Operation.Method} {outcome.Operation.Path}): {outcome.Problem}";
}
