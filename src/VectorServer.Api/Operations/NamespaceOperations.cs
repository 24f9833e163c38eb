using VectorServer.Api.Addressing;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire.Data;
using VectorServer.Storage;

namespace VectorServer.Api.Operations;

/// <summary>The operations on namespaces.</summary>
internal static class NamespaceOperations
{
    public static async ValueTask<ListNamespacesResponse> ListNamespacesAsync(this HttpContext context, PageRequest request)
    {
        var (index, family) = (TargetIndex(context), context.Target().Family);
        var token = new PageToken("namespaces", index.Descriptor.Id.ToString(), request.Prefix);

        var after = token.Decode(request.PaginationToken);
        var page = await index.ListNamespacesAsync(request.Prefix, request.Limit, after, context.RequestAborted);
        return new ListNamespacesResponse(
            [.. page.Namespaces.Select(ns => ns.ToDescription(family))], Pagination.Of(token.Encode(page.NextAfterName)), page.TotalCount);
    }

    public static async ValueTask<NamespaceDescription> CreateNamespaceAsync(this HttpContext context, CreateNamespaceRequest request)
    {
        CreateNamespaceValidator.Check(request);
        var created = await TargetIndex(context).CreateNamespaceAsync(
            NamespaceName.Parse(request.Name), request.ToFilterableFields(), context.RequestAborted);
        return created.ToDescription(context.Target().Family);
    }

    public static async ValueTask<NamespaceDescription> DescribeNamespaceAsync(this HttpContext context, string ns)
    {
        var described = await TargetIndex(context).DescribeNamespaceAsync(NamespaceName.Parse(ns), context.RequestAborted);
        return described.ToDescription(context.Target().Family);
    }

    public static ValueTask DeleteNamespaceAsync(this HttpContext context, string ns) =>
        TargetIndex(context).DeleteNamespaceAsync(NamespaceName.Parse(ns), context.RequestAborted);

    private static IVectorIndex TargetIndex(HttpContext context)
    {
        var index = context.TargetIndex();
        ServerlessOnly.Check(index, "operations on namespaces");
        return index;
    }
}
