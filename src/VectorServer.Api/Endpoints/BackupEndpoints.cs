using VectorServer.Api.Addressing;
using VectorServer.Api.Auth;
using VectorServer.Api.Backups;
using VectorServer.Api.Errors;
using VectorServer.Api.Indexes;
using VectorServer.Api.Limits;
using VectorServer.Api.OpenApi;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Control;

namespace VectorServer.Api.Endpoints;

/// <summary>The operations on backups, in the model of the family asked for.</summary>
internal static class BackupEndpoints
{
    public static void MapBackups(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/indexes/{index_name}/backups", ListOfIndex).RequireRole(KeyRole.Admin)
            .Queries("include_deleted").Pages().Gives<BackupList, SchemaBackupList>(200);
        routes.MapPost("/indexes/{index_name}/backups", CreateAsync).RequireRole(KeyRole.Admin)
            .Takes<CreateBackupRequest>(optional: true).Gives<BackupModel, SchemaBackupModel>(201, schemaStatus: 200);

        var group = routes.MapGroup("/backups").RequireRole(KeyRole.Admin, checksIndexes: true);
        group.MapGet("", List).Pages().Gives<BackupList, SchemaBackupList>(200);
        group.MapGet("/{backup_id}", Describe).Gives<BackupModel, SchemaBackupModel>(200);
        group.MapDelete("/{backup_id}", Delete).GivesNothing(202);
        group.MapPost("/{backup_id}/create-index", CreateIndexAsync).GrowsMemory()
            .Takes<CreateIndexFromBackupRequest>().Gives<CreateIndexFromBackupResponse>(202);
    }

    private static IResult ListOfIndex(HttpContext context, string index_name, IndexCatalog indexes, BackupCatalog backups)
    {
        // Of the index that has the name now; or of all that ever had it.
        var includeDeleted = QueryParameters.Flag(context.Request.Query, "include_deleted");
        var id = includeDeleted ? (Guid?)null : indexes.Get(index_name).Descriptor.Id;
        var listed = backups.List().Where(backup => includeDeleted ? backup.Index.Name == index_name : backup.Index.Id == id);
        return Show(context, listed, "index backups", index_name, includeDeleted ? "all" : null);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, string index_name, IndexCatalog indexes, BackupCatalog backups)
    {
        var family = context.Target().Family;
        var request = await context.ReadBodyAsync(ControlJsonContext.Default.CreateBackupRequest, allowEmpty: true);
        BackupRules.Check(request, family);
        var index = indexes.OpenReady(index_name);
        BackupRules.CheckHasBackups(index.Descriptor);

        var attributes = new BackupAttributes { Name = request.Name, Description = request.Description };
        var backup = await backups.CreateAsync((VectorServer.Storage.VectorIndex)index, Guid.NewGuid().ToString(), attributes);
        return Show(backup, family, family == ApiFamily.Schema ? StatusCodes.Status200OK : StatusCodes.Status201Created);
    }

    private static IResult List(HttpContext context, BackupCatalog backups) => Show(context, backups.List(), "backups");

    private static IResult Describe(HttpContext context, string backup_id, BackupCatalog backups) =>
        Show(Find(context, backup_id, backups), context.Target().Family, StatusCodes.Status200OK);

    private static IResult Delete(HttpContext context, string backup_id, BackupCatalog backups)
    {
        CheckIsBackup(backup_id);
        context.CheckBackup(backups, backup_id);
        backups.Delete(backup_id);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> CreateIndexAsync(HttpContext context, string backup_id, IndexRestorer restorer, BackupCatalog backups)
    {
        var request = await context.ReadBodyAsync(ControlJsonContext.Default.CreateIndexFromBackupRequest);
        BackupRules.Check(request);
        CheckIsBackup(backup_id);
        context.CheckCovers(request.Name);
        context.CheckBackup(backups, backup_id);
        var wanted = new RestoredIndex(request.Name)
        {
            Tags = IndexTags.Merge(null, request.Tags),
            DeletionProtection = request.DeletionProtection == "enabled",
            ReadCapacity = request.ReadCapacity is null ? null : request.ReadCapacity with { Status = null },
        };
        var job = await restorer.FromBackupAsync(backup_id, wanted, context.RequestAborted);
        return Results.Json(
            new CreateIndexFromBackupResponse(job.Id, job.Target.Id),
            ControlJsonContext.Default.CreateIndexFromBackupResponse,
            statusCode: StatusCodes.Status202Accepted);
    }

    private static Backup Find(HttpContext context, string id, BackupCatalog backups)
    {
        CheckIsBackup(id);
        return context.GetBackup(backups, id);
    }

    // Collections lie among the backups, but clients know them under other names.
    private static void CheckIsBackup(string id)
    {
        if (Backup.IsCollectionId(id))
            throw new WireException(WireError.NotFound, $"Backup {id} not found.");
    }

    private static IResult Show(HttpContext context, IEnumerable<Backup> backups, params ReadOnlySpan<string?> scope)
    {
        var family = context.Target().Family;
        var (page, pagination) = NewestFirst.Page(
            backups.Where(backup => !backup.IsCollection && context.Key().Covers(backup.Index.Name)),
            backup => (backup.CreatedAt, backup.Id),
            QueryParameters.ControlPage(context.Request.Query, family),
            scope);
        return family == ApiFamily.Schema
            ? Results.Json(
                new SchemaBackupList([.. page.Select(BackupMapping.ToSchemaModel)], pagination), ControlJsonContext.Default.SchemaBackupList)
            : Results.Json(new BackupList([.. page.Select(BackupMapping.ToModel)], pagination), ControlJsonContext.Default.BackupList);
    }

    private static IResult Show(Backup backup, ApiFamily family, int status) => family == ApiFamily.Schema
        ? Results.Json(backup.ToSchemaModel(), ControlJsonContext.Default.SchemaBackupModel, statusCode: status)
        : Results.Json(backup.ToModel(), ControlJsonContext.Default.BackupModel, statusCode: status);
}
