using System.Text.RegularExpressions;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Backups;

/// <summary>Where things lie in a backup, by paths relative to its directory with <c>/</c> on every platform; and what is said of a broken one.</summary>
internal static partial class BackupLayout
{
    public const string Manifest = "manifest.json";

    public const string Calibration = "calibration.bin";

    public const string Aliases = "aliases.json";

    public const string Namespaces = "namespaces";

    public static bool IsId(string? id) => id is not null && IdPattern().IsMatch(id);

    /// <param name="dataDirectory">The engine's.</param>
    /// <param name="id">Already found to be one by <see cref="IsId"/>.</param>
    public static string Directory(string dataDirectory, string id) => Path.Combine(NamespaceLayout.Backups(dataDirectory), id);

    /// <summary>The directory of a backup, whole or not.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    public static string Existing(string dataDirectory, string id) =>
        IsId(id) && Directory(dataDirectory, id) is var directory && System.IO.Directory.Exists(directory) ? directory : throw NotFound(id);

    public static string Namespace(string name) => NamespaceLayout.Namespace(Namespaces, name).Replace('\\', '/');

    /// <summary>The files of a namespace, and whether it may lack them.</summary>
    public static IEnumerable<(string Path, bool Optional)> Files(string name)
    {
        var ns = Namespace(name);
        var generation = NamespaceLayout.Generation(ns, NamespaceExport.GenerationNumber);
        return
        [
            (Slashed(NamespaceLayout.Description(ns)), false),
            (Slashed(NamespaceLayout.Checkpoint(ns)), false),
            (Slashed(NamespaceLayout.CheckpointCopy(ns)), true),
            (Slashed(NamespaceLayout.Vectors(generation)), false),
            (Slashed(NamespaceLayout.VectorChecksums(generation)), true),
            (Slashed(NamespaceLayout.Metadata(generation)), false),
            .. DerivedFiles(name).Select(path => (path, true)),
        ];
    }

    /// <summary>Whether a file is the same under every metric. What is not named here is derived from the vectors for one metric, or may be.</summary>
    public static bool IsOfAnyMetric(string path) => path == Aliases || Path.GetFileName(path) is
        "namespace.json" or "checkpoint.json" or "checkpoint.copy.json" or "vectors.npy" or "vectors.crc" or "metadata.db";

    /// <summary>Those of them that are made anew of the others where they are missing or damaged.</summary>
    public static IEnumerable<string> DerivedFiles(string name) =>
        NamespaceLayout.Derived(NamespaceLayout.Generation(Namespace(name), NamespaceExport.GenerationNumber)).Select(Slashed);

    /// <summary>Where a file of a backup goes in an index's directory.</summary>
    public static string InIndex(string indexDirectory, string path) => path switch
    {
        Calibration => NamespaceLayout.IndexCalibration(indexDirectory),
        Aliases => NamespaceLayout.Aliases(indexDirectory),
        _ => Path.Combine(indexDirectory, path[(Namespaces.Length + 1)..]),
    };

    public static StorageException NotFound(string id) => new(StorageErrorCode.NotFound, $"Backup {id} not found.");

    public static StorageException Damaged(string id, string file, string why, Exception? cause = null) =>
        new(StorageErrorCode.DataCorruption, $"Backup {id} is damaged: {file} {why}", cause);

    private static string Slashed(string path) => path.Replace('\\', '/');

    // \z: unlike $, no line break after it.
    [GeneratedRegex(@"^[a-z0-9-]{1,100}\z")]
    private static partial Regex IdPattern();
}
