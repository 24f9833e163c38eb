using VectorServer.Api.Auth;
using VectorServer.Api.Backups;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Endpoints;

/// <summary>Backups and collections under keys that are for some indexes only: those of other indexes are not there.</summary>
internal static class BackupAccess
{
    /// <exception cref="WireException">There is none that the key may see: 404.</exception>
    public static Backup GetBackup(this HttpContext context, BackupCatalog backups, string id)
    {
        var backup = backups.Get(id);
        return context.Key().Covers(backup.Index.Name) ? backup : throw BackupCatalog.NotFound(id);
    }

    /// <summary>For a request that names a collection as the source of an index.</summary>
    /// <exception cref="WireException">There is none that the key may see: 400, as of any other value of a request.</exception>
    public static void CheckSourceCollection(this HttpContext context, BackupCatalog backups, string name)
    {
        if (backups.Find(Backup.IdOfCollection(name)) is not { } collection || !context.Key().Covers(collection.Index.Name))
            throw IndexRestorer.CollectionAbsent(name);
    }

    /// <summary>For operations that look the backup up themselves.</summary>
    /// <exception cref="WireException">The key may not see it: 404.</exception>
    public static void CheckBackup(this HttpContext context, BackupCatalog backups, string id)
    {
        if (context.Key().IsScoped)
            _ = context.GetBackup(backups, id);
    }
}
