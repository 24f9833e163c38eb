using VectorServer.Api.Addressing;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire.Data;
using VectorServer.Storage;

namespace VectorServer.Api.Operations;

/// <summary>The operations on namespace aliases.</summary>
internal static class AliasOperations
{
    public static NamespaceAliasDescription CreateAlias(this HttpContext context, CreateNamespaceAliasRequest request) =>
        NamespaceAliasDescription.Of(TargetIndex(context).CreateAlias(request.Name ?? "", AliasValidator.Target(request.TargetNamespace)));

    public static ListNamespaceAliasesResponse ListAliases(this HttpContext context, ListNamespaceAliasesRequest request)
    {
        var index = TargetIndex(context);
        var limit = AliasValidator.Limit(request.Limit);
        var (prefix, target) = (AliasValidator.Prefix(request.Prefix), AliasValidator.TargetFilter(request.TargetNamespace));
        var token = AliasPageToken.Read(index.Descriptor.Id, request.PaginationToken, prefix, target);

        var page = index.ListAliases(token.Prefix, token.Target, limit, token.After);
        return new ListNamespaceAliasesResponse(
            [.. page.Aliases.Select(NamespaceAliasDescription.Of)],
            Pagination.Of(token.Next(index.Descriptor.Id, page.NextAfterName)),
            page.TotalCount);
    }

    public static NamespaceAliasDescription DescribeAlias(this HttpContext context, string name) =>
        NamespaceAliasDescription.Of(TargetIndex(context).DescribeAlias(name));

    public static NamespaceAliasDescription RepointAlias(this HttpContext context, string name, RepointNamespaceAliasRequest request) =>
        NamespaceAliasDescription.Of(TargetIndex(context).RepointAlias(name, AliasValidator.Target(request.TargetNamespace)));

    public static void DeleteAlias(this HttpContext context, string name) => TargetIndex(context).DeleteAlias(name);

    private static VectorIndex TargetIndex(HttpContext context)
    {
        AliasValidator.CheckVersion(context.Target());
        var index = context.TargetIndex();
        ServerlessOnly.Check(index, "namespace aliases");
        return index;
    }
}
