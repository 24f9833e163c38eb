using VectorServer.Api.Tests.Conformance.Drivers;

namespace VectorServer.Api.Tests.Conformance;

/// <summary>How an operation fared in a version.</summary>
/// <param name="Version">Of the specification.</param>
/// <param name="Operation">As that version has it.</param>
/// <param name="IsOffered">False where the server says that it, or what it builds on, is not offered.</param>
/// <param name="Problem">Null where every check passed.</param>
internal sealed record Outcome(string Version, SpecOperation Operation, bool IsOffered, string? Problem)
{
    public bool Passed => Problem is null;
}

/// <summary>What was found.</summary>
/// <param name="Outcomes">Of every operation in every version that has it, oldest version first.</param>
/// <param name="Grpc">Of every gRPC method.</param>
internal sealed record Findings(IReadOnlyList<Outcome> Outcomes, IReadOnlyList<GrpcOutcome> Grpc);

/// <summary>Tries every operation of every version against a real server, once for all tests of the class that shares it.</summary>
public sealed class ConformanceRun
{
    private Task<Findings>? _findings;

    /// <summary>Called within tests, one after the other: calls take the running test's cancellation.</summary>
    internal Task<Findings> FindAsync() => _findings ??= RunAsync();

    private static async Task<Findings> RunAsync()
    {
        var outcomes = new List<Outcome>();
        foreach (var version in Specification.AllVersions)
        {
            await using var world = new World(new Specification(version));
            foreach (var operation in world.Specification.Operations)
                outcomes.Add(await TryAsync(world, operation));
        }

        return new Findings(outcomes, await GrpcMethods.TryAllAsync());
    }

    private static async Task<Outcome> TryAsync(World world, SpecOperation operation)
    {
        var probe = new Probe(world, operation);
        try
        {
            await DriverTable.All[operation.Id](probe);
            await probe.RefuseWrongKeyAsync();
            return new Outcome(world.Specification.Version, operation, IsOffered: true, Problem: null);
        }
        catch (NotOfferedException notOffered)
        {
            return new Outcome(world.Specification.Version, operation, IsOffered: false, notOffered.Message);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return new Outcome(world.Specification.Version, operation, IsOffered: true, failure.Message);
        }
    }
}
