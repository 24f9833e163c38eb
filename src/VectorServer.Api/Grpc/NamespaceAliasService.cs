using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using VectorServer.Api.Auth;
using VectorServer.Api.Operations;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Grpc;

/// <summary>The five methods of namespace aliases, over the same operations as the REST endpoints.</summary>
internal sealed class NamespaceAliasService : Proto.NamespaceAliasService.NamespaceAliasServiceBase
{
    [RequiredRole(KeyRole.Write)]
    public override async Task<Proto.NamespaceAliasDescription> CreateNamespaceAlias(Proto.CreateNamespaceAliasRequest request, ServerCallContext context) =>
        ToProto(await context.GetHttpContext().CreateAliasAsync(
            new CreateNamespaceAliasRequest { Name = request.Name, TargetNamespace = request.TargetNamespace }));

    [RequiredRole(KeyRole.Read)]
    public override async Task<Proto.ListNamespaceAliasesResponse> ListNamespaceAliases(Proto.ListNamespaceAliasesRequest request, ServerCallContext context)
    {
        var page = await context.GetHttpContext().ListAliasesAsync(new ListNamespaceAliasesRequest(
            request.HasLimit ? request.Limit : null,
            request.PaginationToken,
            request.Prefix,
            request.HasTargetNamespace ? request.TargetNamespace : null));
        return new Proto.ListNamespaceAliasesResponse
        {
            NamespaceAliases = { page.NamespaceAliases.Select(ToProto) },
            Pagination = page.Pagination is { } pagination ? new Proto.Pagination { Next = pagination.Next } : null,
            TotalCount = page.TotalCount,
        };
    }

    [RequiredRole(KeyRole.Read)]
    public override async Task<Proto.NamespaceAliasDescription> DescribeNamespaceAlias(Proto.DescribeNamespaceAliasRequest request, ServerCallContext context) =>
        ToProto(await context.GetHttpContext().DescribeAliasAsync(request.AliasName));

    [RequiredRole(KeyRole.Write)]
    public override async Task<Proto.NamespaceAliasDescription> RepointNamespaceAlias(Proto.RepointNamespaceAliasRequest request, ServerCallContext context) =>
        ToProto(await context.GetHttpContext().RepointAliasAsync(
            request.AliasName, new RepointNamespaceAliasRequest { TargetNamespace = request.TargetNamespace }));

    [RequiredRole(KeyRole.Write)]
    public override async Task<Proto.DeleteNamespaceAliasResponse> DeleteNamespaceAlias(Proto.DeleteNamespaceAliasRequest request, ServerCallContext context)
    {
        await context.GetHttpContext().DeleteAliasAsync(request.AliasName);
        return new Proto.DeleteNamespaceAliasResponse();
    }

    private static Proto.NamespaceAliasDescription ToProto(NamespaceAliasDescription description) => new()
    {
        Name = description.Name,
        TargetNamespace = description.TargetNamespace,
        CreatedAt = Timestamp.FromDateTime(description.CreatedAt),
        UpdatedAt = Timestamp.FromDateTime(description.UpdatedAt),
    };
}
