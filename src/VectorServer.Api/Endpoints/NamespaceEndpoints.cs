using VectorServer.Api.Addressing;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Endpoints;

/// <summary>The operations on namespaces.</summary>
internal static class NamespaceEndpoints
{
    public static RouteGroupBuilder MapNamespaces(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/namespaces");
        group.MapGet("", ListAsync);
        group.MapPost("", CreateAsync);
        group.MapGet("/{namespace}", DescribeAsync);
        group.MapDelete("/{namespace}", DeleteAsync);
        return group;
    }

    private static Task ListAsync(HttpContext context)
    {
        var (query, index, family) = (context.Request.Query, context.TargetIndex(), context.Target().Family);
        var prefix = QueryParameters.Text(query, "prefix");
        var token = new PageToken("namespaces", index.Descriptor.Id.ToString(), prefix);

        var page = index.ListNamespaces(prefix, QueryParameters.Limit(query), token.Decode(QueryParameters.Text(query, "paginationToken")));
        return context.AnswerAsync(new ListNamespacesResponse(
            [.. page.Namespaces.Select(ns => ns.ToDescription(family))], Pagination.Of(token.Encode(page.NextAfterName)), page.TotalCount));
    }

    private static async Task CreateAsync(HttpContext context)
    {
        var request = await context.ReadBodyAsync(DataJson.Type<CreateNamespaceRequest>());
        CreateNamespaceValidator.Check(request);

        var created = context.TargetIndex().CreateNamespace(NamespaceName.Parse(request.Name), request.ToFilterableFields());
        await context.AnswerAsync(created.ToDescription(context.Target().Family));
    }

    private static Task DescribeAsync(HttpContext context)
    {
        var ns = NamespaceName.Parse(NamespaceName.OfPath(context));
        return context.AnswerAsync(context.TargetIndex().DescribeNamespace(ns).ToDescription(context.Target().Family));
    }

    private static async Task DeleteAsync(HttpContext context)
    {
        var ns = NamespaceName.Parse(NamespaceName.OfPath(context));
        await context.TargetIndex().DeleteNamespaceAsync(ns, context.RequestAborted);
        await context.AnswerEmptyAsync();
    }
}
