using VectorServer.Api.Errors;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Bulk.Import;

/// <summary>Which files an import takes, and in which order: the same on every look at the same directory.</summary>
internal static class ImportPlan
{
    private const int FoldersMax = 10_000; // facts of the wire
    private const int FilesMax = 100_000;

    private const string Lines = ".jsonl";
    private const string Vectors = ".npy";
    private const string Formats = "*.jsonl, or NAME.npy with NAME.jsonl";
    private const string DefaultFolder = NamespaceName.Default;

    /// <summary>The files below the directory, folder by folder, by name.</summary>
    /// <exception cref="WireException">Something in it cannot be imported; nothing is skipped in silence but names that begin with a dot or underscore.</exception>
    public static IReadOnlyList<ImportFile> Read(string directory)
    {
        var root = new DirectoryInfo(directory);
        if (!root.Exists)
            throw WireException.Invalid("uri names a directory that is not there");

        var files = new List<ImportFile>();
        var folders = 0;
        foreach (var entry in Entries(root))
        {
            if (entry is not DirectoryInfo folder)
                throw WireException.Invalid($"Files must lie in one folder per namespace, '{DefaultFolder}' for the default one: '{entry.Name}' does not");
            if (++folders > FoldersMax)
                throw WireException.Invalid($"An import takes at most {FoldersMax} namespaces");
            AddFiles(folder, files);
        }

        return files.Count > 0
            ? files
            : throw WireException.Invalid($"uri names a directory without files to import: a folder per namespace with {Formats}");
    }

    private static void AddFiles(DirectoryInfo folder, List<ImportFile> files)
    {
        var ns = NamespaceFolder.Read(folder);
        var entries = Entries(folder).Where(entry => entry.Name != NamespaceFolder.DescriptionFile).ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        foreach (var entry in entries.Values)
        {
            var name = $"{folder.Name}/{entry.Name}";
            if (entry is not FileInfo file)
                throw WireException.Invalid($"Folders do not nest: '{name}' is one");

            switch (file.Extension)
            {
                case Lines:
                    var vectors = entries.GetValueOrDefault(Path.ChangeExtension(file.Name, Vectors)) as FileInfo;
                    files.Add(new ImportFile(ns, name, file.FullName, vectors?.FullName, file.Length + (vectors?.Length ?? 0)));
                    break;
                case Vectors when entries.ContainsKey(Path.ChangeExtension(file.Name, Lines)):
                    break;
                case Vectors:
                    throw WireException.Invalid($"'{name}' has no ids: a line of JSON for each of its rows belongs in a file of its name with {Lines}");
                case ".parquet":
                    throw WireException.Invalid($"Parquet is not read by this server: '{name}' is to be {Formats}");
                default:
                    throw WireException.Invalid($"'{name}' is not a format that is imported: {Formats}");
            }

            if (files.Count > FilesMax)
                throw WireException.Invalid($"An import takes at most {FilesMax} files");
        }
    }

    private static IEnumerable<FileSystemInfo> Entries(DirectoryInfo directory)
    {
        foreach (var entry in directory.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (entry.Name[0] is '.' or '_' && entry.Name != DefaultFolder)
                continue;
            BulkRoots.CheckNoLink(entry);
            yield return entry;
        }
    }
}
