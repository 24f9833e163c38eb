using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using VectorServer.Api.Auth;
using VectorServer.Api.Operations;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Grpc;

/// <summary>The five methods of namespace aliases, over the same operations as the REST endpoints.</summary>
internal static class NamespaceAliasService
{
    public static RouteGroupBuilder MapNamespaceAliasService(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/NamespaceAliasService").RequireRole(KeyRole.Read);
        group.MapCall("/CreateNamespaceAlias", Proto.CreateNamespaceAliasRequest.Parser, CreateAsync).RequireRole(KeyRole.Write);
        group.MapCall("/ListNamespaceAliases", Proto.ListNamespaceAliasesRequest.Parser, ListAsync);
        group.MapCall("/DescribeNamespaceAlias", Proto.DescribeNamespaceAliasRequest.Parser, DescribeAsync);
        group.MapCall("/RepointNamespaceAlias", Proto.RepointNamespaceAliasRequest.Parser, RepointAsync).RequireRole(KeyRole.Write);
        group.MapCall("/DeleteNamespaceAlias", Proto.DeleteNamespaceAliasRequest.Parser, DeleteAsync).RequireRole(KeyRole.Write);
        return group;
    }

    private static Task<IMessage> CreateAsync(HttpContext context, Proto.CreateNamespaceAliasRequest request) =>
        Answer(ToProto(context.CreateAlias(new CreateNamespaceAliasRequest { Name = request.Name, TargetNamespace = request.TargetNamespace })));

    private static Task<IMessage> ListAsync(HttpContext context, Proto.ListNamespaceAliasesRequest request)
    {
        var page = context.ListAliases(new ListNamespaceAliasesRequest(
            request.HasLimit ? request.Limit : null,
            request.PaginationToken,
            request.Prefix,
            request.HasTargetNamespace ? request.TargetNamespace : null));
        return Answer(new Proto.ListNamespaceAliasesResponse
        {
            NamespaceAliases = { page.NamespaceAliases.Select(ToProto) },
            Pagination = page.Pagination is { } pagination ? new Proto.Pagination { Next = pagination.Next } : null,
            TotalCount = page.TotalCount,
        });
    }

    private static Task<IMessage> DescribeAsync(HttpContext context, Proto.DescribeNamespaceAliasRequest request) =>
        Answer(ToProto(context.DescribeAlias(request.AliasName)));

    private static Task<IMessage> RepointAsync(HttpContext context, Proto.RepointNamespaceAliasRequest request) =>
        Answer(ToProto(context.RepointAlias(request.AliasName, new RepointNamespaceAliasRequest { TargetNamespace = request.TargetNamespace })));

    private static Task<IMessage> DeleteAsync(HttpContext context, Proto.DeleteNamespaceAliasRequest request)
    {
        context.DeleteAlias(request.AliasName);
        return Answer(new Proto.DeleteNamespaceAliasResponse());
    }

    private static Proto.NamespaceAliasDescription ToProto(NamespaceAliasDescription description) => new()
    {
        Name = description.Name,
        TargetNamespace = description.TargetNamespace,
        CreatedAt = Timestamp.FromDateTime(description.CreatedAt),
        UpdatedAt = Timestamp.FromDateTime(description.UpdatedAt),
    };

    private static Task<IMessage> Answer(IMessage message) => Task.FromResult(message);
}
