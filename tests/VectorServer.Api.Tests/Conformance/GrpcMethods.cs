using Google.Protobuf.WellKnownTypes;
using VectorServer.Api.Grpc.Proto;
using VectorServer.Api.Tests.Grpc;

namespace VectorServer.Api.Tests.Conformance;

/// <summary>How a gRPC method fared.</summary>
/// <param name="Service">The method's service.</param>
/// <param name="Method">Its name.</param>
/// <param name="IsOffered">False where the server answers that it is unimplemented.</param>
/// <param name="Problem">Null where every check passed.</param>
internal sealed record GrpcOutcome(string Service, string Method, bool IsOffered, string? Problem);

/// <summary>Tries every gRPC method of the newest version: a call that must succeed, and one that must be refused with its code.</summary>
internal static class GrpcMethods
{
    private const string VectorService = "VectorService";

    private static readonly (string Service, string Method, Func<GrpcProbe, Task> Try)[] All =
    [
        (VectorService, "Upsert", UpsertAsync),
        (VectorService, "Delete", DeleteAsync),
        (VectorService, "Fetch", FetchAsync),
        (VectorService, "FetchByMetadata", FetchByMetadataAsync),
        (VectorService, "List", ListAsync),
        (VectorService, "Query", QueryAsync),
        (VectorService, "Update", UpdateAsync),
        (VectorService, "DescribeIndexStats", StatsAsync),
        (VectorService, "ListNamespaces", ListNamespacesAsync),
        (VectorService, "DescribeNamespace", DescribeNamespaceAsync),
        (VectorService, "DeleteNamespace", DeleteNamespaceAsync),
        (VectorService, "CreateNamespace", CreateNamespaceAsync),
        .. GrpcAliasMethods.All,
    ];

    public static async Task<IReadOnlyList<GrpcOutcome>> TryAllAsync()
    {
        await using var index = await GrpcIndex.CreateAsync("17900-17909");
        var outcomes = new List<GrpcOutcome>();
        foreach (var (service, method, attempt) in All)
        {
            try
            {
                await attempt(new GrpcProbe(index.Grpc, service, method));
                outcomes.Add(new GrpcOutcome(service, method, IsOffered: true, Problem: null));
            }
            catch (NotOfferedException notOffered)
            {
                outcomes.Add(new GrpcOutcome(service, method, IsOffered: false, notOffered.Message));
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                outcomes.Add(new GrpcOutcome(service, method, IsOffered: true, failure.Message));
            }
        }

        return outcomes;
    }

    private static async Task UpsertAsync(GrpcProbe probe)
    {
        var written = await probe.SucceedAsync(Records("upsert"), UpsertResponse.Parser);
        Assert.Equal(2u, written.UpsertedCount);
        await probe.RefuseAsync(3, new UpsertRequest { Vectors = { new Vector { Id = "a", Values = { 1, 2, 3 } } } });
    }

    private static async Task DeleteAsync(GrpcProbe probe)
    {
        await probe.ArrangeAsync("Upsert", Records("delete"));
        await probe.SucceedAsync(new DeleteRequest { Ids = { "a" }, Namespace = "delete" }, DeleteResponse.Parser);
        await probe.SucceedAsync(new DeleteRequest { Filter = Genre("comedy"), Namespace = "delete" }, DeleteResponse.Parser);
        await probe.RefuseAsync(3, new DeleteRequest());
        await probe.RefuseAsync(5, new DeleteRequest { DeleteAll = true, Namespace = "missing" });
    }

    private static async Task FetchAsync(GrpcProbe probe)
    {
        await probe.ArrangeAsync("Upsert", Records("fetch"));
        var fetched = await probe.SucceedAsync(new FetchRequest { Ids = { "a", "unknown" }, Namespace = "fetch" }, FetchResponse.Parser);
        Assert.Equal("drama", Assert.Single(fetched.Vectors).Value.Metadata.Fields["genre"].StringValue);
        Assert.True(fetched.Usage.HasReadUnits);
        await probe.RefuseAsync(3, new FetchRequest());
    }

    private static async Task FetchByMetadataAsync(GrpcProbe probe)
    {
        await probe.ArrangeAsync("Upsert", Records("by-metadata"));
        var fetched = await probe.SucceedAsync(
            new FetchByMetadataRequest { Namespace = "by-metadata", Filter = Genre("drama"), Limit = 10 }, FetchByMetadataResponse.Parser);
        Assert.Equal("a", Assert.Single(fetched.Vectors).Key);
        await probe.RefuseAsync(3, new FetchByMetadataRequest { Filter = Genre("drama"), Limit = 0 });
    }

    private static async Task ListAsync(GrpcProbe probe)
    {
        await probe.ArrangeAsync("Upsert", Records("list"));
        var first = await probe.SucceedAsync(new ListRequest { Namespace = "list", Limit = 1 }, ListResponse.Parser);
        var last = await probe.SucceedAsync(
            new ListRequest { Namespace = "list", Limit = 1, PaginationToken = first.Pagination.Next }, ListResponse.Parser);
        Assert.Equal(["a", "b"], first.Vectors.Concat(last.Vectors).Select(vector => vector.Id));
        Assert.Null(last.Pagination);
        await probe.RefuseAsync(3, new ListRequest { PaginationToken = "nonsense" });
    }

    private static async Task QueryAsync(GrpcProbe probe)
    {
        await probe.ArrangeAsync("Upsert", Records("query"));
        var asked = new QueryRequest { Namespace = "query", TopK = 2, Vector = { 1, 0 }, Filter = Genre("drama"), IncludeValues = true, IncludeMetadata = true };
        var match = Assert.Single((await probe.SucceedAsync(asked, QueryResponse.Parser)).Matches);
        Assert.Equal(("a", 1f, 2), (match.Id, match.Score, match.Values.Count));
        var results = (await probe.SucceedAsync(
            new QueryRequest { Namespace = "query", TopK = 1, Queries = { new QueryVector { Values = { 1, 0 } } } }, QueryResponse.Parser, "2026-04")).Results;
        Assert.Equal("a", Assert.Single(Assert.Single(results).Matches).Id);
        await probe.RefuseAsync(3, new QueryRequest { Vector = { 1, 0 } });
    }

    private static async Task UpdateAsync(GrpcProbe probe)
    {
        await probe.ArrangeAsync("Upsert", Records("update"));
        await probe.SucceedAsync(new UpdateRequest { Namespace = "update", Id = "a", Values = { 0, 1 } }, UpdateResponse.Parser);
        var matched = await probe.SucceedAsync(
            new UpdateRequest { Namespace = "update", Filter = Genre("drama"), SetMetadata = Genre("opera"), DryRun = true }, UpdateResponse.Parser);
        Assert.Equal(1, matched.MatchedRecords);
        await probe.RefuseAsync(3, new UpdateRequest { Namespace = "update", SetMetadata = Genre("opera") });
    }

    private static async Task StatsAsync(GrpcProbe probe)
    {
        await probe.ArrangeAsync("Upsert", Records("stats"));
        var stats = await probe.SucceedAsync(new DescribeIndexStatsRequest(), DescribeIndexStatsResponse.Parser);
        Assert.Equal(2u, stats.Namespaces["stats"].VectorCount);
        Assert.Equal((2u, "dotproduct", "dense"), (stats.Dimension, stats.Metric, stats.VectorType));
        await probe.RefuseAsync(3, new DescribeIndexStatsRequest { Filter = Genre("drama") });
    }

    private static async Task ListNamespacesAsync(GrpcProbe probe)
    {
        await probe.ArrangeAsync("Upsert", Records("listed"));
        var list = await probe.SucceedAsync(new ListNamespacesRequest { Prefix = "listed" }, ListNamespacesResponse.Parser);
        Assert.Equal(("listed", 2ul), (Assert.Single(list.Namespaces).Name, list.Namespaces[0].RecordCount));
        Assert.Equal(1, list.TotalCount);
        await probe.RefuseAsync(3, new ListNamespacesRequest { Limit = 101 });
    }

    private static async Task DescribeNamespaceAsync(GrpcProbe probe)
    {
        await probe.ArrangeAsync("Upsert", Records("described"));
        var shown = await probe.SucceedAsync(new DescribeNamespaceRequest { Namespace = "described" }, NamespaceDescription.Parser);
        Assert.Equal(("described", 2ul), (shown.Name, shown.RecordCount));
        await probe.RefuseAsync(5, new DescribeNamespaceRequest { Namespace = "missing" });
    }

    private static async Task DeleteNamespaceAsync(GrpcProbe probe)
    {
        await probe.ArrangeAsync("Upsert", Records("deleted"));
        await probe.SucceedAsync(new DeleteNamespaceRequest { Namespace = "deleted" }, DeleteResponse.Parser);
        await probe.RefuseAsync(5, new DeleteNamespaceRequest { Namespace = "deleted" });
    }

    private static async Task CreateNamespaceAsync(GrpcProbe probe)
    {
        var schema = new MetadataSchema { Fields = { ["genre"] = new MetadataFieldProperties { Filterable = true } } };
        var made = await probe.SucceedAsync(new CreateNamespaceRequest { Name = "made", Schema = schema }, NamespaceDescription.Parser);
        Assert.Equal(("made", "genre"), (made.Name, Assert.Single(made.IndexedFields.Fields)));
        await probe.RefuseAsync(6, new CreateNamespaceRequest { Name = "made" });
    }

    private static UpsertRequest Records(string ns) => new()
    {
        Namespace = ns,
        Vectors =
        {
            new Vector { Id = "a", Values = { 1, 0 }, Metadata = Genre("drama") },
            new Vector { Id = "b", Values = { 0, 1 }, Metadata = Genre("comedy") },
        },
    };

    private static Struct Genre(string genre) => new() { Fields = { ["genre"] = Value.ForString(genre) } };
}
