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
    public override Task<Proto.NamespaceAliasDescription> CreateNamespaceAlias(Proto.CreateNamespaceAliasRequest request, ServerCallContext context) =>
        Answer(context.GetHttpContext().CreateAlias(new CreateNamespaceAliasRequest { Name = request.Name, TargetNamespace = request.TargetNamespace }));

    [RequiredRole(KeyRole.Read)]
    public override Task<Proto.ListNamespaceAliasesResponse> ListNamespaceAliases(Proto.ListNamespaceAliasesRequest request, ServerCallContext context)
    {
        var page = context.GetHttpContext().ListAliases(new ListNamespaceAliasesRequest(
            request.HasLimit ? request.Limit : null,
            request.PaginationToken,
            request.Prefix,
            request.HasTargetNamespace ? request.TargetNamespace : null));
        return Task.FromResult(new Proto.ListNamespaceAliasesResponse
        {
            NamespaceAliases = { page.NamespaceAliases.Select(ToProto) },
            Pagination = page.Pagination is { } pagination ? new Proto.Pagination { Next = pagination.Next } : null,
            TotalCount = page.TotalCount,
        });
    }

    [RequiredRole(KeyRole.Read)]
    public override Task<Proto.NamespaceAliasDescription> DescribeNamespaceAlias(Proto.DescribeNamespaceAliasRequest request, ServerCallContext context) =>
        Answer(context.GetHttpContext().DescribeAlias(request.AliasName));

    [RequiredRole(KeyRole.Write)]
    public override Task<Proto.NamespaceAliasDescription> RepointNamespaceAlias(Proto.RepointNamespaceAliasRequest request, ServerCallContext context) =>
        Answer(context.GetHttpContext().RepointAlias(request.AliasName, new RepointNamespaceAliasRequest { TargetNamespace = request.TargetNamespace }));

    [RequiredRole(KeyRole.Write)]
    public override Task<Proto.DeleteNamespaceAliasResponse> DeleteNamespaceAlias(Proto.DeleteNamespaceAliasRequest request, ServerCallContext context)
    {
        context.GetHttpContext().DeleteAlias(request.AliasName);
        return Task.FromResult(new Proto.DeleteNamespaceAliasResponse());
    }

    private static Task<Proto.NamespaceAliasDescription> Answer(NamespaceAliasDescription description) => Task.FromResult(ToProto(description));

    private static Proto.NamespaceAliasDescription ToProto(NamespaceAliasDescription description) => new()
    {
        Name = description.Name,
        TargetNamespace = description.TargetNamespace,
        CreatedAt = Timestamp.FromDateTime(description.CreatedAt),
        UpdatedAt = Timestamp.FromDateTime(description.UpdatedAt),
    };
}
