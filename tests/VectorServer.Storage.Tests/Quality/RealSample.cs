namespace VectorServer.Storage.Tests.Quality;

/// <summary>The real embeddings that lie beside the tests.</summary>
internal static class RealSample
{
    public static string Directory { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string below)
    {
        for (var directory = new DirectoryInfo(below); directory is not null; directory = directory.Parent)
        {
            var sample = Path.Combine(directory.FullName, "tests", "data", "wordnet-sample");
            if (System.IO.Directory.Exists(sample))
                return sample;
        }

        throw new DirectoryNotFoundException("tests/data/wordnet-sample is not above the tests.");
    }
}
