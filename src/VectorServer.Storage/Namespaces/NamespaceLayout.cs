using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// Where things lie in a data directory. A client's name becomes a path in <see cref="Encode"/> and nowhere else.
/// </summary>
internal static class NamespaceLayout
{
    /// <summary>Directories being made or removed; whatever bears the mark at open was never finished and goes.</summary>
    public const string TemporaryMark = ".tmp-";

    private const int EncodedLengthMax = 120; // far below every file system's 255

    public static string Registry(string dataDirectory) => Path.Combine(dataDirectory, "registry.db");

    /// <summary>The bytes of <see cref="Registry"/> and their CRC-32C.</summary>
    public static string RegistryCopy(string dataDirectory) => Path.Combine(dataDirectory, "registry.copy");

    /// <summary>Space for a full disk.</summary>
    public static string Reserve(string dataDirectory) => Path.Combine(dataDirectory, "RESERVE");

    public static string Indexes(string dataDirectory) => Path.Combine(dataDirectory, "indexes");

    public static string Index(string dataDirectory, string indexName) => Path.Combine(Indexes(dataDirectory), Encode(indexName));

    /// <summary>Where repair puts the damaged originals.</summary>
    public static string Quarantine(string dataDirectory) => Path.Combine(dataDirectory, "quarantine");

    public static string Backups(string dataDirectory) => Path.Combine(dataDirectory, "backups");

    /// <summary>Calibration of the codes that was given at the index's creation.</summary>
    public static string IndexCalibration(string indexDirectory) => Path.Combine(indexDirectory, "calibration.bin");

    /// <summary>The aliases of the index's namespaces.</summary>
    public static string Aliases(string indexDirectory) => Path.Combine(indexDirectory, "aliases.json");

    /// <summary>What a clean stop leaves of an index with many namespaces.</summary>
    public static string ClosedNamespaces(string indexDirectory) => Path.Combine(indexDirectory, "namespaces.bin");

    public static string Namespace(string indexDirectory, string name) =>
        Path.Combine(indexDirectory, name.Length == 0 ? "__default__" : Encode(name));

    public static string Description(string namespaceDirectory) => Path.Combine(namespaceDirectory, "namespace.json");

    public static string Checkpoint(string namespaceDirectory) => Path.Combine(namespaceDirectory, "checkpoint.json");

    /// <summary>The same as <see cref="Checkpoint"/>, read only to repair.</summary>
    public static string CheckpointCopy(string namespaceDirectory) => Path.Combine(namespaceDirectory, "checkpoint.copy.json");

    /// <summary>What lists and statistics say of the namespace, see <see cref="CountsFile"/>.</summary>
    public static string Counts(string namespaceDirectory) => Path.Combine(namespaceDirectory, "counts.bin");

    public static string Wal(string namespaceDirectory) => Path.Combine(namespaceDirectory, "wal");

    public static string Generation(string namespaceDirectory, int generation) =>
        Path.Combine(namespaceDirectory, "gen-" + generation.ToString("D6", CultureInfo.InvariantCulture));

    public static string Vectors(string generationDirectory) => Path.Combine(generationDirectory, "vectors.npy");

    /// <summary>The checksums of the vectors; a sparse index has neither.</summary>
    public static string VectorChecksums(string generationDirectory) => Path.Combine(generationDirectory, "vectors.crc");

    public static string Metadata(string generationDirectory) => Path.Combine(generationDirectory, "metadata.db");

    public static string Codec(string generationDirectory) => Path.Combine(generationDirectory, "codec.bin");

    public static string Codes(string generationDirectory) => Path.Combine(generationDirectory, "codes.bin");

    public static string Ids(string generationDirectory) => Path.Combine(generationDirectory, "ids.bin");

    public static string Columns(string generationDirectory) => Path.Combine(generationDirectory, "columns.bin");

    public static string Sparse(string generationDirectory) => Path.Combine(generationDirectory, "sparse.bin");

    public static string CandidateIndex(string generationDirectory) => Path.Combine(generationDirectory, "ann.bin");

    /// <summary>The files of a generation that are made of its rows, and made anew where they are missing or damaged.</summary>
    public static string[] Derived(string generationDirectory) =>
        [Codec(generationDirectory), .. CheckedFiles(generationDirectory)];

    /// <summary>Those of them that end in the checksum of all before.</summary>
    public static string[] CheckedFiles(string generationDirectory) =>
        [CandidateIndex(generationDirectory), Codes(generationDirectory), Ids(generationDirectory), Columns(generationDirectory), Sparse(generationDirectory)];

    /// <summary>The directories of an index or of the backups, but for a file system's own at its root, and what is in the place of an index's file.</summary>
    public static IEnumerable<string> DirectoriesIn(string directory) => Directory.GetDirectories(directory)
        .Where(found => Path.GetFileName(found) != "lost+found" && found != Aliases(directory) && found != IndexCalibration(directory) && found != ClosedNamespaces(directory));

    /// <summary>The name that a namespace's directory encodes; null for one whose name was too long to be kept whole.</summary>
    public static string? NameOf(string namespaceDirectory)
    {
        var encoded = Path.GetFileName(namespaceDirectory);
        var name = encoded == "__default__" ? "" : Uri.UnescapeDataString(encoded);
        return IsDirectoryOf(namespaceDirectory, name) ? name : null;
    }

    /// <summary>Whether a namespace of this name lies in such a directory.</summary>
    public static bool IsDirectoryOf(string namespaceDirectory, string name) => Namespace("", name) == Path.GetFileName(namespaceDirectory);

    /// <summary>A new name beside <paramref name="path"/> under which it is made or removed.</summary>
    public static string Temporary(string path) => Path.Combine(Path.GetDirectoryName(path)!, TemporaryMark + Guid.NewGuid().ToString("N"));

    /// <summary>
    /// A name as one safe path segment on every file system: lower-case letters, digits, <c>-</c> and inner <c>_</c> stay, all else is
    /// <c>%XX</c> of its UTF-8 bytes (upper case too, for file systems that fold case); a long name ends in its SHA-256 instead.
    /// </summary>
    private static string Encode(string name)
    {
        var encoded = new StringBuilder(name.Length);
        foreach (var b in Encoding.UTF8.GetBytes(name))
        {
            var c = (char)b;
            // A leading '_' is escaped so that no client's name can be the default namespace's directory.
            if (char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-' || (c == '_' && encoded.Length > 0))
                encoded.Append(c);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        if (encoded.Length > EncodedLengthMax)
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
            return $"{encoded.ToString(0, EncodedLengthMax - 65)}~{hash}";
        }

        return IsReserved(encoded.ToString()) ? $"%{(int)encoded[0]:X2}{encoded.ToString(1, encoded.Length - 1)}" : encoded.ToString();
    }

    /// <summary>Names that Windows keeps for devices.</summary>
    private static bool IsReserved(string name) =>
        name is "con" or "prn" or "aux" or "nul"
        || (name.Length == 4 && (name.StartsWith("com", StringComparison.Ordinal) || name.StartsWith("lpt", StringComparison.Ordinal)) && char.IsAsciiDigit(name[3]));
}
