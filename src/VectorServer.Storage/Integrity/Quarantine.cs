using System.Globalization;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Integrity;

/// <summary>Keeps the damaged originals of what is made anew.</summary>
internal static class Quarantine
{
    /// <summary>Moves a file or directory there, under a name that tells when; durable when it returns.</summary>
    /// <param name="options">The engine's.</param>
    /// <param name="path">What is damaged.</param>
    /// <param name="name">What it is kept as, in or below the quarantine.</param>
    /// <returns>Where it is, relative to the data directory.</returns>
    public static string Take(EngineOptions options, string path, string name)
    {
        var stamp = options.Time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);
        var quarantine = NamespaceLayout.Quarantine(options.DataDirectory);
        var kept = Path.Combine(quarantine, $"{name}.{stamp}");
        var folder = Path.GetDirectoryName(kept)!;
        options.Disk.CreateDirectory(folder);
        options.Disk.SyncDirectory(quarantine);
        options.Disk.SyncDirectory(options.DataDirectory);
        var free = Enumerable.Range(0, int.MaxValue).Select(i => i == 0 ? kept : $"{kept}-{i}").First(candidate => !Path.Exists(candidate));
        if (Directory.Exists(path))
            options.Disk.MoveDirectory(path, free);
        else
            options.Disk.MoveFile(path, free);
        options.Disk.SyncDirectory(folder);
        options.Disk.SyncDirectory(Path.GetDirectoryName(path)!);
        options.Damage.CountQuarantined();
        return Path.GetRelativePath(options.DataDirectory, free).Replace('\\', '/');
    }
}
