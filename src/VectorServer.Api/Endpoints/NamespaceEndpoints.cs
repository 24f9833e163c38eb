using VectorServer.Api.Auth;
using VectorServer.Api.Limits;
using VectorServer.Api.OpenApi;
using VectorServer.Api.Operations;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Endpoints;

/// <summary>The operations on namespaces.</summary>
internal static class NamespaceEndpoints
{
    public static RouteGroupBuilder MapNamespaces(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/namespaces").RequireRole(KeyRole.Read);
        group.MapGet("", ListAsync).Queries("prefix").Pages().Gives<ListNamespacesResponse>();
        group.MapPost("", CreateAsync).RequireRole(KeyRole.Write).GrowsMemory()
            .Takes<CreateNamespaceRequest>().Gives<NamespaceDescription>();
        group.MapGet("/{namespace}", DescribeAsync).Gives<NamespaceDescription>();
        group.MapDelete("/{namespace}", DeleteAsync).RequireRole(KeyRole.Write).Gives<EmptyAnswer>();
        return group;
    }

    private static async Task ListAsync(HttpContext context) =>
        await context.AnswerAsync(await context.ListNamespacesAsync(QueryParameters.Page(context.Request.Query)));

    private static async Task CreateAsync(HttpContext context) =>
        await context.AnswerAsync(await context.CreateNamespaceAsync(await context.ReadBodyAsync(DataJson.Type<CreateNamespaceRequest>())));

    private static async Task DescribeAsync(HttpContext context) =>
        await context.AnswerAsync(await context.DescribeNamespaceAsync(NamespaceName.OfPath(context)));

    private static async Task DeleteAsync(HttpContext context)
    {
        await context.DeleteNamespaceAsync(NamespaceName.OfPath(context));
        await context.AnswerEmptyAsync();
    }
}
