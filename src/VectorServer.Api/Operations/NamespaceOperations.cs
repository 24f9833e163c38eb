using VectorServer.Api.Addressing;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire.Data;
using VectorServer.Storage;

namespace VectorServer.Api.Operations;

/// <summary>The operations on namespaces.</summary>
internal static class NamespaceOperations
{
    public static ListNamespacesResponse ListNamespaces(this HttpContext context, PageRequest request)
    {
        var (index, family) = (TargetIndex(context), context.Target().Family);
        var token = new PageToken("namespaces", index.Descriptor.Id.ToString(), request.Prefix);

        var page = index.ListNamespaces(request.Prefix, request.Limit, token.Decode(request.PaginationToken));
        return new ListNamespacesResponse(
            [.. page.Namespaces.Select(ns => ns.ToDescription(family))], Pagination.Of(token.Encode(page.NextAfterName)), page.TotalCount);
    }

    public static NamespaceDescription CreateNamespace(this HttpContext context, CreateNamespaceRequest request)
    {
        CreateNamespaceValidator.Check(request);
        var created = TargetIndex(context).CreateNamespace(NamespaceName.Parse(request.Name), request.ToFilterableFields());
        return created.ToDescription(context.Target().Family);
    }

    public static NamespaceDescription DescribeNamespace(this HttpContext context, string ns) =>
        TargetIndex(context).DescribeNamespace(NamespaceName.Parse(ns)).ToDescription(context.Target().Family);

    public static Task DeleteNamespaceAsync(this HttpContext context, string ns) =>
        TargetIndex(context).DeleteNamespaceAsync(NamespaceName.Parse(ns), context.RequestAborted);

    private static VectorIndex TargetIndex(HttpContext context)
    {
        var index = context.TargetIndex();
        ServerlessOnly.Check(index, "operations on namespaces");
        return index;
    }
}
