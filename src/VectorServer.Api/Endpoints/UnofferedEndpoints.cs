using VectorServer.Api.Auth;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Endpoints;

/// <summary>Operations of the wire that this server does not offer: 400 with a message that says so, in place of a puzzling 404.</summary>
internal static class UnofferedEndpoints
{
    private static readonly (Plane Plane, string Feature, string Route)[] Operations =
    [
        (Plane.Control, "Creating an index for a model", "POST /indexes/create-for-model"),
        (Plane.Control, "Index conversion", "POST /indexes/{index_name}/convert"),
        (Plane.Control, "Index conversion", "GET /conversion-jobs"),
        (Plane.Control, "Index conversion", "GET /conversion-jobs/{job_id}"),
        (Plane.Control, "Inference", "POST /embed"),
        (Plane.Control, "Inference", "POST /rerank"),
        (Plane.Control, "Inference", "GET /models"),
        (Plane.Control, "Inference", "GET /models/{model_name}"),
        (Plane.Records, "The records API", "POST /records/namespaces/{namespace}/upsert"),
        (Plane.Records, "The records API", "POST /records/namespaces/{namespace}/search"),
        (Plane.Records, "The documents API", "POST /namespaces/{namespace}/documents/{operation}"),
    ];

    public static void MapUnoffered(this IEndpointRouteBuilder routes)
    {
        foreach (var (plane, feature, route) in Operations)
        {
            var space = route.IndexOf(' ');
            routes.MapMethods(route[(space + 1)..], [route[..space]], (RequestDelegate)(_ => throw NotOffered(feature)))
                .WithPlane(plane)
                .RequireRole(KeyRole.Read, checksIndexes: true)
                .WithMetadata(UnofferedOperation.Instance);
        }
    }

    private static WireException NotOffered(string feature) => WireException.NotOffered($"{feature}: not offered by this server");
}

/// <summary>Metadata of a route that only says that it is not offered.</summary>
internal sealed class UnofferedOperation
{
    public static readonly UnofferedOperation Instance = new();
}
