using Google.Protobuf;
using VectorServer.Api.Addressing;
using VectorServer.Api.Auth;
using VectorServer.Api.Limits;
using VectorServer.Api.Operations;

namespace VectorServer.Api.Grpc;

/// <summary>The twelve methods of the data plane, over the same operations as the REST endpoints.</summary>
internal static class VectorService
{
    public static RouteGroupBuilder MapVectorService(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/VectorService").RequireRole(KeyRole.Read);
        group.MapCall("/Upsert", PackedUpsert.Read, UpsertAsync).RequireRole(KeyRole.Write).GrowsMemory();
        group.MapCall("/Delete", Proto.DeleteRequest.Parser, DeleteAsync).RequireRole(KeyRole.Write);
        group.MapCall("/Fetch", Proto.FetchRequest.Parser, FetchAsync);
        group.MapCall("/FetchByMetadata", Proto.FetchByMetadataRequest.Parser, FetchByMetadataAsync);
        group.MapCall("/List", Proto.ListRequest.Parser, ListAsync);
        group.MapCall("/Query", Proto.QueryRequest.Parser, QueryAsync);
        group.MapCall("/Update", Proto.UpdateRequest.Parser, UpdateAsync).RequireRole(KeyRole.Write).GrowsMemory();
        group.MapCall("/DescribeIndexStats", Proto.DescribeIndexStatsRequest.Parser, DescribeIndexStatsAsync);
        group.MapCall("/ListNamespaces", Proto.ListNamespacesRequest.Parser, ListNamespacesAsync);
        group.MapCall("/DescribeNamespace", Proto.DescribeNamespaceRequest.Parser, DescribeNamespaceAsync);
        group.MapCall("/DeleteNamespace", Proto.DeleteNamespaceRequest.Parser, DeleteNamespaceAsync).RequireRole(KeyRole.Write);
        group.MapCall("/CreateNamespace", Proto.CreateNamespaceRequest.Parser, CreateNamespaceAsync).RequireRole(KeyRole.Write).GrowsMemory();
        return group;
    }

    private static async Task<IMessage> UpsertAsync(HttpContext context, Wire.Data.UpsertRequest request) =>
        new Proto.UpsertResponse { UpsertedCount = (uint)await context.UpsertAsync(request) };

    private static async Task<IMessage> DeleteAsync(HttpContext context, Proto.DeleteRequest request)
    {
        await context.DeleteAsync(request.ToWire());
        return new Proto.DeleteResponse();
    }

    private static Task<IMessage> FetchAsync(HttpContext context, Proto.FetchRequest request)
    {
        var (records, ns) = context.Fetch(request.Ids, request.Namespace);
        return Answer(ResponseMapping.ToFetchResponse(records, ns));
    }

    private static Task<IMessage> FetchByMetadataAsync(HttpContext context, Proto.FetchByMetadataRequest request)
    {
        var (records, ns, next) = context.FetchByMetadata(request.ToWire(), ResponseMapping.RecordSize.Instance);
        return Answer(ResponseMapping.ToFetchByMetadataResponse(records, ns, next));
    }

    private static Task<IMessage> ListAsync(HttpContext context, Proto.ListRequest request) =>
        Answer(context.ListIds(request.Namespace, request.ToPage()).ToProto());

    private static Task<IMessage> QueryAsync(HttpContext context, Proto.QueryRequest request)
    {
        if (request.Queries.Count > 0)
            return Answer(AnswerSize.Of(context).Check(context.QuerySeveral(request.ToWire()).ToProto()));
        var (result, ns) = context.Query(request.ToWire());
        return Answer(AnswerSize.Of(context).Check(result.ToProto(ns)));
    }

    private static async Task<IMessage> UpdateAsync(HttpContext context, Proto.UpdateRequest request) =>
        (await context.UpdateAsync(request.ToWire())).ToProto();

    private static Task<IMessage> DescribeIndexStatsAsync(HttpContext context, Proto.DescribeIndexStatsRequest request)
    {
        var stats = context.Stats(new Wire.Data.DescribeIndexStatsRequest { Filter = request.Filter.ToJson() });
        return Answer(stats.ToProto(context.TargetIndex().Descriptor, context.Target().ApiVersion));
    }

    private static Task<IMessage> ListNamespacesAsync(HttpContext context, Proto.ListNamespacesRequest request) =>
        Answer(context.ListNamespaces(request.ToPage()).ToProto());

    private static Task<IMessage> DescribeNamespaceAsync(HttpContext context, Proto.DescribeNamespaceRequest request) =>
        Answer(context.DescribeNamespace(request.Namespace).ToProto());

    private static async Task<IMessage> DeleteNamespaceAsync(HttpContext context, Proto.DeleteNamespaceRequest request)
    {
        await context.DeleteNamespaceAsync(request.Namespace);
        return new Proto.DeleteResponse();
    }

    private static Task<IMessage> CreateNamespaceAsync(HttpContext context, Proto.CreateNamespaceRequest request) =>
        Answer(context.CreateNamespace(request.ToWire()).ToProto());

    private static Task<IMessage> Answer(IMessage message) => Task.FromResult(message);
}
