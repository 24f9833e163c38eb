using VectorServer.Api.Addressing;
using VectorServer.Api.Auth;
using VectorServer.Api.Backups;
using VectorServer.Api.Indexes;
using VectorServer.Api.Limits;
using VectorServer.Api.OpenApi;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Control;

namespace VectorServer.Api.Endpoints;

/// <summary>The control plane's operations on indexes, in the model of the family asked for.</summary>
internal static class IndexEndpoints
{
    public static RouteGroupBuilder MapIndexes(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/indexes").RequireRole(KeyRole.Admin);
        group.MapGet("", List).RequireRole(KeyRole.Read, checksIndexes: true).Gives<IndexList, SchemaIndexList>(200);
        group.MapPost("", CreateAsync).RequireRole(KeyRole.Admin, checksIndexes: true).GrowsMemory()
            .Takes<CreateIndexRequest, SchemaCreateIndexRequest>().Gives<IndexModel, SchemaIndexModel>(201);
        group.MapGet("/{index_name}", Describe).RequireRole(KeyRole.Read).Gives<IndexModel, SchemaIndexModel>(200);
        group.MapDelete("/{index_name}", DeleteAsync).GivesNothing(202);
        group.MapPatch("/{index_name}", ConfigureAsync)
            .Takes<ConfigureIndexRequest, SchemaConfigureIndexRequest>().Gives<IndexModel, SchemaIndexModel>(202, schemaStatus: 200);
        return group;
    }

    private static IResult List(HttpContext context, IndexCatalog catalog, IndexHosts hosts)
    {
        var indexes = catalog.List()
            .Where(index => context.Key().Covers(index.Descriptor.Name))
            .Select(index => (Index: index, Attributes: IndexAttributes.Of(index.Descriptor)))
            .ToList();
        string HostOf((KnownIndex Index, IndexAttributes Attributes) shown) =>
            hosts.HostOf(context.Request, shown.Index.Descriptor.Name, shown.Attributes.Port);

        var family = context.Target().Family;
        return family == ApiFamily.Schema
            ? Results.Json(
                new SchemaIndexList([.. indexes.Select(shown => shown.Index.ToSchemaModel(shown.Attributes, HostOf(shown)))]),
                ControlJsonContext.Default.SchemaIndexList)
            : Results.Json(
                new IndexList([.. indexes.Select(shown => shown.Index.ToModel(shown.Attributes, HostOf(shown), family))]),
                ControlJsonContext.Default.IndexList);
    }

    private static async Task<IResult> CreateAsync(
        HttpContext context, IndexCatalog catalog, IndexRestorer restorer, BackupCatalog backups, IndexHosts hosts)
    {
        var definition = context.Target().Family == ApiFamily.Schema
            ? await ReadSchemaDefinitionAsync(context, backups)
            : await ReadDefinitionAsync(context);
        context.CheckCovers(definition.Descriptor.Name);
        if (definition.Attributes.SourceCollection is { } source)
            context.CheckSourceCollection(backups, source);
        var index = definition.Attributes.SourceCollection is null
            ? await catalog.CreateAsync(definition, context.RequestAborted)
            : await restorer.FromCollectionAsync(definition, context.RequestAborted);
        return Show(context, index, hosts, StatusCodes.Status201Created);
    }

    private static IResult Describe(HttpContext context, string index_name, IndexCatalog catalog, IndexHosts hosts) =>
        Show(context, catalog.Get(index_name), hosts, StatusCodes.Status200OK);

    private static async Task<IResult> DeleteAsync(string index_name, IndexCatalog catalog)
    {
        await catalog.DropAsync(index_name);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ConfigureAsync(HttpContext context, string index_name, IndexCatalog catalog, IndexHosts hosts)
    {
        var isSchema = context.Target().Family == ApiFamily.Schema;
        var change = isSchema ? await ReadSchemaChangeAsync(context) : await ReadChangeAsync(context);
        var index = await catalog.ConfigureAsync(index_name, change, context.RequestAborted);
        return Show(context, index, hosts, isSchema ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }

    private static async Task<IndexDefinition> ReadDefinitionAsync(HttpContext context)
    {
        var request = await context.ReadBodyAsync(ControlJsonContext.Default.CreateIndexRequest);
        CreateIndexValidator.Check(request);
        return request.ToDefinition();
    }

    private static async Task<IndexDefinition> ReadSchemaDefinitionAsync(HttpContext context, BackupCatalog backups)
    {
        var request = await context.ReadBodyAsync(ControlJsonContext.Default.SchemaCreateIndexRequest);
        if (request.SourceCollection is { } source)
            context.CheckSourceCollection(backups, source);
        SchemaCreateIndexValidator.Check(request);
        return request.ToDefinition();
    }

    private static async Task<IndexChange> ReadChangeAsync(HttpContext context)
    {
        var request = await context.ReadBodyAsync(ControlJsonContext.Default.ConfigureIndexRequest);
        ConfigureIndexValidator.Check(request);
        return request.ToChange();
    }

    private static async Task<IndexChange> ReadSchemaChangeAsync(HttpContext context)
    {
        var request = await context.ReadBodyAsync(ControlJsonContext.Default.SchemaConfigureIndexRequest);
        ConfigureIndexValidator.Check(request);
        return request.ToChange();
    }

    private static IResult Show(HttpContext context, KnownIndex index, IndexHosts hosts, int status)
    {
        var attributes = IndexAttributes.Of(index.Descriptor);
        var host = hosts.HostOf(context.Request, index.Descriptor.Name, attributes.Port);
        var family = context.Target().Family;
        return family == ApiFamily.Schema
            ? Results.Json(index.ToSchemaModel(attributes, host), ControlJsonContext.Default.SchemaIndexModel, statusCode: status)
            : Results.Json(index.ToModel(attributes, host, family), ControlJsonContext.Default.IndexModel, statusCode: status);
    }
}
