using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using VectorServer.Api.Auth;

namespace VectorServer.Api.OpenApi;

/// <summary>
/// <c>/openapi/v1.json</c>: the running server's endpoints as the framework describes them, beside <c>openapi.yaml</c>, which is written by
/// hand and says more. A test holds the two together. No key needed.
/// </summary>
internal static class FrameworkContract
{
    public const string Path = "/openapi/v1.json";

    private const string Name = "v1";

    public static void AddFrameworkContract(this IServiceCollection services)
    {
        // Only described by these: bodies are read and written by the contexts' own options.
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, WireSchemas.Resolver);
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.AddOpenApi(Name, options =>
        {
            options.ShouldInclude = description =>
                description.ActionDescriptor.EndpointMetadata.OfType<IProducesResponseTypeMetadata>().Any();
            options.AddSchemaTransformer(WireSchemas.Correct);
            options.AddOperationTransformer<OperationTransformer>();
            options.AddDocumentTransformer(Complete);
        });
    }

    public static void MapFrameworkContract(this IEndpointRouteBuilder routes)
    {
        // Endpoints do not change while the server runs. Anyone may ask, and describing them takes long: once is enough.
        var services = routes.ServiceProvider;
        var text = new Lazy<Task<byte[]>>(() => WriteAsync(services));
        routes.MapGet(Path, async () => Results.Bytes(await text.Value, "application/json")).WithMetadata(PublicEndpoint.Instance);
    }

    private static async Task<byte[]> WriteAsync(IServiceProvider services)
    {
        var document = await services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name).GetOpenApiDocumentAsync();
        using var json = new MemoryStream();
        await document.SerializeAsJsonAsync(json, OpenApiSpecVersion.OpenApi3_1);
        return json.ToArray();
    }

    private static Task Complete(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        const string Key = "ApiKey";
        document.Info.Title = "VectorServer";
        document.Info.Description = "Made from the running server's endpoints. /openapi.yaml says more, and is the one to read.";
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.AddComponent<IOpenApiSecurityScheme>(
            Key, new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "Api-Key" });
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Key, document)] = [] }];
        var tags = document.Paths.Values.SelectMany(path => path.Operations!.Values)
            .SelectMany(operation => operation.Tags!).Select(tag => tag.Reference.Id);
        document.Tags = tags.Distinct().Select(tag => new OpenApiTag { Name = tag }).ToHashSet();
        return Task.CompletedTask;
    }
}
