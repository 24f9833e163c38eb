using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.OpenApi;
using VectorServer.Api.Errors;
using VectorServer.Api.Wire;

namespace VectorServer.Api.OpenApi;

/// <summary>
/// Adds to the framework's description of an operation what <see cref="EndpointDescription"/> and other metadata tell of the endpoint.
/// </summary>
internal sealed class OperationTransformer : IOpenApiOperationTransformer
{
    public async Task TransformAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var plane = PlaneExtensions.PlaneOf(metadata);
        var path = "/" + context.Description.RelativePath;
        var pathNames = RoutePatternFactory.Parse(path).Parameters
            .Select(parameter => new TakenParameter(parameter.Name, "path", typeof(string), IsRequired: true));
        var parameters = operation.Parameters ??= [];
        foreach (var taken in pathNames.Concat(VersionOf(plane, metadata)).Concat(metadata.OfType<TakenParameter>()))
        {
            if (!parameters.Any(known => known.Name == taken.Name && known.In?.ToString().ToLowerInvariant() == taken.In))
                parameters.Add(await DescribeAsync(taken, context, cancellationToken));
        }

        foreach (var other in metadata.OfType<SchemaFamilyBody>())
            await AddFormAsync(operation, other, context, cancellationToken);

        // The data plane is at the address of each index, which on the main port is a path.
        if (plane == Plane.Data)
            operation.Servers = [IndexServer()];
        if (plane is null)
            operation.Security = [];
        operation.Tags = new HashSet<OpenApiTagReference> { new(plane is null ? "probes" : path.Split('/')[1], context.Document) };
    }

    // Every operation of the wire has it.
    private static IEnumerable<TakenParameter> VersionOf(Plane? plane, IList<object> metadata) =>
        plane is null || metadata.OfType<VersionlessEndpoint>().Any()
            ? []
            : [new TakenParameter(ApiVersion.HeaderName, "header", typeof(string), IsRequired: false)];

    private static async Task<OpenApiParameter> DescribeAsync(
        TakenParameter taken, OpenApiOperationTransformerContext context, CancellationToken cancellation) => new()
        {
            Name = taken.Name,
            In = taken.In switch { "path" => ParameterLocation.Path, "query" => ParameterLocation.Query, _ => ParameterLocation.Header },
            Required = taken.IsRequired,
            Schema = await context.GetOrCreateSchemaAsync(taken.Type, null, cancellation),
        };

    private static async Task AddFormAsync(
        OpenApiOperation operation, SchemaFamilyBody other, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var content = other.Status is { } status ? operation.Responses![$"{status}"].Content : operation.RequestBody!.Content;
        var media = content!["application/json"];
        var schema = await context.GetOrCreateSchemaAsync(other.Type, null, cancellation);
        context.Document!.AddComponent(other.Type.Name, schema);
        media.Schema = new OpenApiSchema { AnyOf = [media.Schema!, new OpenApiSchemaReference(other.Type.Name, context.Document)] };
    }

    private static OpenApiServer IndexServer() => new()
    {
        Url = "/indexes/{index_name}",
        Variables = new Dictionary<string, OpenApiServerVariable> { ["index_name"] = new() { Default = "example" } },
    };
}
