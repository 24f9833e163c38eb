using System.Globalization;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Integrity;

/// <summary>Keeps the damaged originals of what is made anew.</summary>
internal static class Quarantine
{
    /// <summary>Moves a file or directory there, under a name that tells when; durable when it returns.</summary>
    /// <param name="services">The engine's.</param>
    /// <param name="path">What is damaged.</param>
    /// <param name="name">What it is kept as, in or below the quarantine.</param>
    /// <returns>Where it is, relative to the data directory.</returns>
    public static string Take(EngineServices services, string path, string name)
    {
        var stamp = services.Time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);
        var quarantine = NamespaceLayout.Quarantine(services.Options.DataDirectory);
        var kept = Path.Combine(quarantine, $"{name}.{stamp}");
        var folder = Path.GetDirectoryName(kept)!;
        services.Disk.CreateDirectory(folder);
        services.Disk.SyncDirectory(quarantine);
        services.Disk.SyncDirectory(services.Options.DataDirectory);
        var free = Enumerable.Range(0, int.MaxValue).Select(i => i == 0 ? kept : $"{kept}-{i}").First(candidate => !Path.Exists(candidate));
        if (Directory.Exists(path))
            services.Disk.MoveDirectory(path, free);
        else
            services.Disk.MoveFile(path, free);
        services.Disk.SyncDirectory(folder);
        services.Disk.SyncDirectory(Path.GetDirectoryName(path)!);
        services.Damage.CountQuarantined();
        return Path.GetRelativePath(services.Options.DataDirectory, free).Replace('\\', '/');
    }
}
