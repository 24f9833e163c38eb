namespace VectorServer.Sdk.Tests;

/// <summary>The checkout that the tests were built from; scripts and data run from there.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "VectorServer.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException($"No VectorServer.sln above {AppContext.BaseDirectory}");
    }
}
