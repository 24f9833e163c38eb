using VectorServer.Api.Errors;

namespace VectorServer.Api.Bulk;

/// <summary>
/// The directories that the settings open to imports or exports. Below them no link is followed: a client must not reach through one what
/// the operator did not open. The roots themselves are the operator's, links or not.
/// </summary>
/// <param name="feature">What they are for: <c>Imports</c>.</param>
/// <param name="setting">The setting that lists them.</param>
/// <param name="roots">Absolute paths.</param>
internal sealed class BulkRoots(string feature, ServerSetting setting, IReadOnlyList<string> roots)
{
    /// <summary>The absolute path of a client's address.</summary>
    /// <exception cref="WireException">There are no roots, the address is not below one, or a link lies on the way.</exception>
    public string Resolve(string? uri)
    {
        FileUri.CheckLength(uri); // a client that sends none has this to mend first
        if (roots.Count == 0)
            throw WireException.Invalid($"{feature} are off: set {setting} to the directories they may use");

        var path = FileUri.ToPath(uri);
        var root = roots.FirstOrDefault(root => DirectoryTree.IsBelow(path, root))
            ?? throw WireException.Invalid($"uri must lie in one of the directories of {setting}, got '{uri}'");
        CheckNoLinks(root, path);
        return path;
    }

    /// <exception cref="WireException">It is a link, whatever it leads to.</exception>
    public static void CheckNoLink(FileSystemInfo entry)
    {
        if (entry.LinkTarget is not null || entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
            throw WireException.Invalid($"Links are not followed: '{entry.Name}' is one");
    }

    private static void CheckNoLinks(string root, string path)
    {
        var step = root;
        foreach (var name in Path.GetRelativePath(root, path).Split(Path.DirectorySeparatorChar).Where(name => name != "."))
        {
            step = Path.Combine(step, name);
            var entry = new DirectoryInfo(step);
            if (entry.LinkTarget is not null)
                CheckNoLink(entry);
        }
    }
}
