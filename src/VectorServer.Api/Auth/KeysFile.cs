using System.Buffers;
using System.Text.Json;

namespace VectorServer.Api.Auth;

/// <summary>The file of named keys as it is read, checked and replaced whole.</summary>
internal static class KeysFile
{
    private const int FormatVersion = 1;
    private const int NameLengthMax = 64;
    private const int HashLength = 64;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    private static readonly SearchValues<char> HexCharacters = SearchValues.Create("0123456789abcdefABCDEF");

    /// <exception cref="SettingsException">The file cannot be read.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Bad($"{exception.Message} (keys add makes it)");
        }
    }

    /// <exception cref="SettingsException">The bytes break a rule, which the message names.</exception>
    public static IReadOnlyList<StoredKey> Parse(ReadOnlySpan<byte> json)
    {
        KeysDocument document;
        try
        {
            document = JsonSerializer.Deserialize(json, KeysJsonContext.Default.KeysDocument) ?? throw Bad("it holds null");
        }
        catch (JsonException exception)
        {
            // Not the message of the exception, which may quote what somebody took for a place for the key itself.
            throw Bad($"it is not JSON of the right form, at {exception.Path ?? "$"}, line {exception.LineNumber + 1}");
        }

        if (document.FormatVersion != FormatVersion)
            throw Bad($"format_version must be {FormatVersion}, got {document.FormatVersion}");
        foreach (var key in document.Keys)
            Check(key ?? throw Bad("one of its keys is null")); // which the serializer lets pass in lists
        if (FindTwice(document.Keys, key => key.Name, StringComparer.Ordinal) is var (one, _))
            throw Bad($"two keys are called '{one.Name}'");
        if (FindTwice(document.Keys, key => key.Sha256, StringComparer.OrdinalIgnoreCase) is var (first, second))
            throw Bad($"'{first.Name}' and '{second.Name}' have the same sha256");
        return document.Keys;
    }

    /// <summary>Replaces the keys, while nobody else does; no file holds no keys.</summary>
    /// <exception cref="SettingsException">The file cannot be used, or the change is refused.</exception>
    public static void Change(string path, Func<IReadOnlyList<StoredKey>, IReadOnlyList<StoredKey>> change)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var turn = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        Write(path, change(File.Exists(path) ? Parse(Read(path)) : []));
    }

    /// <exception cref="SettingsException">A part of the key breaks its rule.</exception>
    public static void Check(StoredKey key)
    {
        if (key.Name.Length is 0 or > NameLengthMax || key.Name.AsSpan().ContainsAnyExcept(NameCharacters))
            throw Bad($"a key's name must be 1 to {NameLengthMax} letters, digits, '-', '_' and '.'");
        if (key.Sha256.Length != HashLength || key.Sha256.AsSpan().ContainsAnyExcept(HexCharacters))
            throw Bad($"sha256 of key '{key.Name}' must be {HashLength} hexadecimal digits");
        foreach (var pattern in key.Indexes)
        {
            if (string.IsNullOrEmpty(pattern) || pattern.IndexOf('*', StringComparison.Ordinal) is var star && star >= 0 && star != pattern.Length - 1)
                throw Bad($"indexes of key '{key.Name}' must be names of indexes, or beginnings of names that end in '*'");
        }
    }

    private static (StoredKey First, StoredKey Second)? FindTwice(IEnumerable<StoredKey> keys, Func<StoredKey, string> part, StringComparer comparer) =>
        keys.GroupBy(part, comparer).FirstOrDefault(group => group.Count() > 1) is { } twice ? (twice.First(), twice.ElementAt(1)) : null;

    /// <summary>Replaces the file, which only its owner can read.</summary>
    private static void Write(string path, IReadOnlyList<StoredKey> keys)
    {
        var aside = Path.Combine(Path.GetDirectoryName(path)!, $".tmp-{Guid.NewGuid():N}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(aside, options))
        {
            JsonSerializer.Serialize(file, new KeysDocument(FormatVersion, keys), KeysJsonContext.Default.KeysDocument);
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, path, overwrite: true);
    }

    private static SettingsException Bad(string what) => new($"The keys file cannot be used: {what}");
}
