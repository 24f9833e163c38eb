using VectorServer.Api.Auth;
using VectorServer.Api.Backups;
using VectorServer.Api.Indexes;
using VectorServer.Api.OpenApi;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Control;

namespace VectorServer.Api.Endpoints;

/// <summary>The operations on collections: the backups of pod indexes, under names of their own.</summary>
internal static class CollectionEndpoints
{
    public static void MapCollections(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/collections").RequireRole(KeyRole.Admin, checksIndexes: true);
        group.MapGet("", List).Gives<CollectionList>();
        group.MapPost("", CreateAsync).Takes<CreateCollectionRequest>().Gives<CollectionModel>(201);
        group.MapGet("/{collection_name}", Describe).Gives<CollectionModel>();
        group.MapDelete("/{collection_name}", Delete).GivesNothing(202);
    }

    private static IResult List(HttpContext context, BackupCatalog backups)
    {
        var collections = backups.List()
            .Where(backup => backup.IsCollection && context.Key().Covers(backup.Index.Name))
            .OrderBy(backup => backup.Id, StringComparer.Ordinal);
        return Results.Json(
            new CollectionList([.. collections.Select(BackupMapping.ToCollectionModel)]), ControlJsonContext.Default.CollectionList);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, IndexCatalog indexes, BackupCatalog backups)
    {
        var request = await context.ReadBodyAsync(ControlJsonContext.Default.CreateCollectionRequest);
        BackupRules.Check(request);
        context.CheckCovers(request.Source);
        var index = indexes.OpenReady(request.Source);
        BackupRules.CheckHasCollections(index.Descriptor);

        var collection = await backups.CreateAsync((VectorServer.Storage.VectorIndex)index, Backup.IdOfCollection(request.Name), new BackupAttributes { Name = request.Name });
        return Show(collection, StatusCodes.Status201Created);
    }

    private static IResult Describe(HttpContext context, string collection_name, BackupCatalog backups) =>
        Show(context.GetBackup(backups, Backup.IdOfCollection(collection_name)), StatusCodes.Status200OK);

    private static IResult Delete(HttpContext context, string collection_name, BackupCatalog backups)
    {
        context.CheckBackup(backups, Backup.IdOfCollection(collection_name));
        backups.Delete(Backup.IdOfCollection(collection_name));
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private static IResult Show(Backup collection, int status) =>
        Results.Json(collection.ToCollectionModel(), ControlJsonContext.Default.CollectionModel, statusCode: status);
}
