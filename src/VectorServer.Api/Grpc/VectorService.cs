using Grpc.Core;
using VectorServer.Api.Addressing;
using VectorServer.Api.Auth;
using VectorServer.Api.Limits;
using VectorServer.Api.Operations;

namespace VectorServer.Api.Grpc;

/// <summary>The twelve methods of the data plane, over the same operations as the REST endpoints.</summary>
internal sealed class VectorService : Proto.VectorService.VectorServiceBase
{
    [RequiredRole(KeyRole.Write), GrowsMemory]
    public override async Task<Proto.UpsertResponse> Upsert(Proto.UpsertRequest request, ServerCallContext context) =>
        new Proto.UpsertResponse { UpsertedCount = (uint)await context.GetHttpContext().UpsertAsync(request.ToWire()) };

    [RequiredRole(KeyRole.Write)]
    public override async Task<Proto.DeleteResponse> Delete(Proto.DeleteRequest request, ServerCallContext context)
    {
        await context.GetHttpContext().DeleteAsync(request.ToWire());
        return new Proto.DeleteResponse();
    }

    [RequiredRole(KeyRole.Read)]
    public override async Task<Proto.FetchResponse> Fetch(Proto.FetchRequest request, ServerCallContext context)
    {
        var (records, ns) = await context.GetHttpContext().FetchAsync(request.Ids, request.Namespace);
        return ResponseMapping.ToFetchResponse(records, ns);
    }

    [RequiredRole(KeyRole.Read)]
    public override async Task<Proto.FetchByMetadataResponse> FetchByMetadata(Proto.FetchByMetadataRequest request, ServerCallContext context)
    {
        var (records, ns, next) = await context.GetHttpContext().FetchByMetadataAsync(request.ToWire(), ResponseMapping.RecordSize.Instance);
        return ResponseMapping.ToFetchByMetadataResponse(records, ns, next);
    }

    [RequiredRole(KeyRole.Read)]
    public override async Task<Proto.ListResponse> List(Proto.ListRequest request, ServerCallContext context) =>
        (await context.GetHttpContext().ListIdsAsync(request.Namespace, request.ToPage())).ToProto();

    [RequiredRole(KeyRole.Read)]
    public override async Task<Proto.QueryResponse> Query(Proto.QueryRequest request, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        if (request.Queries.Count > 0)
            return AnswerSize.Of(http).Check((await http.QuerySeveralAsync(request.ToWire())).ToProto());
        var (result, ns) = await http.QueryAsync(request.ToWire());
        return AnswerSize.Of(http).Check(result.ToProto(ns));
    }

    [RequiredRole(KeyRole.Write), GrowsMemory]
    public override async Task<Proto.UpdateResponse> Update(Proto.UpdateRequest request, ServerCallContext context) =>
        (await context.GetHttpContext().UpdateAsync(request.ToWire())).ToProto();

    [RequiredRole(KeyRole.Read)]
    public override async Task<Proto.DescribeIndexStatsResponse> DescribeIndexStats(
        Proto.DescribeIndexStatsRequest request, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var stats = await http.StatsAsync(new Wire.Data.DescribeIndexStatsRequest { Filter = request.Filter.ToJson() });
        return stats.ToProto(http.TargetIndex().Descriptor, http.Target().ApiVersion);
    }

    [RequiredRole(KeyRole.Read)]
    public override async Task<Proto.ListNamespacesResponse> ListNamespaces(Proto.ListNamespacesRequest request, ServerCallContext context) =>
        (await context.GetHttpContext().ListNamespacesAsync(request.ToPage())).ToProto();

    [RequiredRole(KeyRole.Read)]
    public override async Task<Proto.NamespaceDescription> DescribeNamespace(Proto.DescribeNamespaceRequest request, ServerCallContext context) =>
        (await context.GetHttpContext().DescribeNamespaceAsync(request.Namespace)).ToProto();

    [RequiredRole(KeyRole.Write)]
    public override async Task<Proto.DeleteResponse> DeleteNamespace(Proto.DeleteNamespaceRequest request, ServerCallContext context)
    {
        await context.GetHttpContext().DeleteNamespaceAsync(request.Namespace);
        return new Proto.DeleteResponse();
    }

    [RequiredRole(KeyRole.Write), GrowsMemory]
    public override async Task<Proto.NamespaceDescription> CreateNamespace(Proto.CreateNamespaceRequest request, ServerCallContext context) =>
        (await context.GetHttpContext().CreateNamespaceAsync(request.ToWire())).ToProto();
}
