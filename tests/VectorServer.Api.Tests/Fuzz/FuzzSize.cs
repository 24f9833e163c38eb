namespace VectorServer.Api.Tests.Fuzz;

/// <summary>How much is tried: little with every run of the tests, much with <c>VECTORSERVER_LONG=1</c>.</summary>
internal static class FuzzSize
{
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("VECTORSERVER_LONG") == "1";

    /// <summary>Other requests with another <c>VECTORSERVER_SEED</c>.</summary>
    public static int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable("VECTORSERVER_SEED"), out var seed) ? seed : 20260703;

    public static int RestRequests { get; } = IsLong ? 300_000 : 3_000;

    public static int GrpcCalls { get; } = IsLong ? 150_000 : 1_500;
}

/// <summary>Fuzzing looks at the memory of the process, so nothing else runs beside it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FuzzAlone
{
    public const string Name = "Fuzz";
}
