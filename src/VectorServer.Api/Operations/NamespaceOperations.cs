using VectorServer.Api.Addressing;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Operations;

/// <summary>The operations on namespaces.</summary>
internal static class NamespaceOperations
{
    public static ListNamespacesResponse ListNamespaces(this HttpContext context, PageRequest request)
    {
        var (index, family) = (context.TargetIndex(), context.Target().Family);
        var token = new PageToken("namespaces", index.Descriptor.Id.ToString(), request.Prefix);

        var page = index.ListNamespaces(request.Prefix, request.Limit, token.Decode(request.PaginationToken));
        return new ListNamespacesResponse(
            [.. page.Namespaces.Select(ns => ns.ToDescription(family))], Pagination.Of(token.Encode(page.NextAfterName)), page.TotalCount);
    }

    public static NamespaceDescription CreateNamespace(this HttpContext context, CreateNamespaceRequest request)
    {
        CreateNamespaceValidator.Check(request);
        var created = context.TargetIndex().CreateNamespace(NamespaceName.Parse(request.Name), request.ToFilterableFields());
        return created.ToDescription(context.Target().Family);
    }

    public static NamespaceDescription DescribeNamespace(this HttpContext context, string ns) =>
        context.TargetIndex().DescribeNamespace(NamespaceName.Parse(ns)).ToDescription(context.Target().Family);

    public static Task DeleteNamespaceAsync(this HttpContext context, string ns) =>
        context.TargetIndex().DeleteNamespaceAsync(NamespaceName.Parse(ns), context.RequestAborted);
}
