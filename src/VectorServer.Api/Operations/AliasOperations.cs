using VectorServer.Api.Addressing;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire.Data;
using VectorServer.Storage;

namespace VectorServer.Api.Operations;

/// <summary>The operations on namespace aliases.</summary>
internal static class AliasOperations
{
    public static async ValueTask<NamespaceAliasDescription> CreateAliasAsync(this HttpContext context, CreateNamespaceAliasRequest request)
    {
        var created = await TargetIndex(context).CreateAliasAsync(
            request.Name ?? "", AliasValidator.Target(request.TargetNamespace), context.RequestAborted);
        return NamespaceAliasDescription.Of(created);
    }

    public static async ValueTask<ListNamespaceAliasesResponse> ListAliasesAsync(this HttpContext context, ListNamespaceAliasesRequest request)
    {
        var index = TargetIndex(context);
        var limit = AliasValidator.Limit(request.Limit);
        var (prefix, target) = (AliasValidator.Prefix(request.Prefix), AliasValidator.TargetFilter(request.TargetNamespace));
        var token = AliasPageToken.Read(index.Descriptor.Id, request.PaginationToken, prefix, target);

        var page = await index.ListAliasesAsync(token.Prefix, token.Target, limit, token.After, context.RequestAborted);
        return new ListNamespaceAliasesResponse(
            [.. page.Aliases.Select(NamespaceAliasDescription.Of)],
            Pagination.Of(token.Next(index.Descriptor.Id, page.NextAfterName)),
            page.TotalCount);
    }

    public static async ValueTask<NamespaceAliasDescription> DescribeAliasAsync(this HttpContext context, string name) =>
        NamespaceAliasDescription.Of(await TargetIndex(context).DescribeAliasAsync(name, context.RequestAborted));

    public static async ValueTask<NamespaceAliasDescription> RepointAliasAsync(
        this HttpContext context, string name, RepointNamespaceAliasRequest request)
    {
        var target = AliasValidator.Target(request.TargetNamespace);
        return NamespaceAliasDescription.Of(await TargetIndex(context).RepointAliasAsync(name, target, context.RequestAborted));
    }

    public static ValueTask DeleteAliasAsync(this HttpContext context, string name) =>
        TargetIndex(context).DeleteAliasAsync(name, context.RequestAborted);

    private static IVectorIndex TargetIndex(HttpContext context)
    {
        AliasValidator.CheckVersion(context.Target());
        var index = context.TargetIndex();
        ServerlessOnly.Check(index, "namespace aliases");
        return index;
    }
}
