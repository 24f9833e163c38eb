namespace VectorServer.Storage.Tests.Quality;

/// <summary>How much is tried: little with every run of the tests, much with <c>VECTORSERVER_LONG=1</c>.</summary>
internal static class QualitySize
{
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("VECTORSERVER_LONG") == "1";

    /// <summary>All cases in the long run; one otherwise, for a test that skips itself and shows that it is there.</summary>
    public static IEnumerable<T> LongOrFirst<T>(IEnumerable<T> cases) => IsLong ? cases : cases.Take(1);

    /// <summary>Other data and other operations with another <c>VECTORSERVER_SEED</c>.</summary>
    public static ulong Seed { get; } = ulong.TryParse(Environment.GetEnvironmentVariable("VECTORSERVER_SEED"), out var seed) ? seed : 1;

    /// <summary>Rounds of the property test.</summary>
    public static int Rounds { get; } = int.TryParse(Environment.GetEnvironmentVariable("VECTORSERVER_ROUNDS"), out var rounds) ? rounds : IsLong ? 400 : 16;
}
