namespace VectorServer.Api.Settings;

/// <summary>Where paths lie, by their text alone.</summary>
internal static class DirectoryTree
{
    /// <summary>Whether the path is the directory or lies in it.</summary>
    public static bool IsBelow(string path, string directory)
    {
        var relative = Path.GetRelativePath(directory, path);
        return relative == "." || (!Path.IsPathRooted(relative) && relative.Split(Path.DirectorySeparatorChar)[0] != "..");
    }
}
