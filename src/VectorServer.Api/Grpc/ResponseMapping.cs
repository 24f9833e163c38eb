using Google.Protobuf;
using VectorServer.Api.Indexes;
using VectorServer.Api.Operations;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;
using VectorServer.Storage;

namespace VectorServer.Api.Grpc;

/// <summary>Answers of the operations as gRPC clients read them.</summary>
internal static class ResponseMapping
{
    public static Proto.QueryResponse ToProto(this QueryResult result, string ns) => new()
    {
        Matches = { result.Matches.Select(ToProto) },
        Namespace = ns,
        Usage = Usage.One.ToProto(),
    };

    public static Proto.QueryResponse ToProto(this IReadOnlyList<SingleQueryResult> results) => new()
    {
        Results =
        {
            results.Select(single => new Proto.SingleQueryResults { Matches = { single.Result.Matches.Select(ToProto) }, Namespace = single.Namespace }),
        },
        Usage = new Usage(results.Count).ToProto(),
    };

    public static Proto.FetchResponse ToFetchResponse(IReadOnlyList<VectorRecord> records, string ns) => new()
    {
        Vectors = { records.ToDictionary(record => record.Id, ToProto) },
        Namespace = ns,
        Usage = Usage.OfRecords(records.Count).ToProto(),
    };

    public static Proto.FetchByMetadataResponse ToFetchByMetadataResponse(IReadOnlyList<VectorRecord> records, string ns, Pagination? next) => new()
    {
        Vectors = { records.ToDictionary(record => record.Id, ToProto) },
        Namespace = ns,
        Usage = Usage.OfRecords(records.Count).ToProto(),
        Pagination = next.ToProto(),
    };

    public static Proto.ListResponse ToProto(this ListResponse page) => new()
    {
        Vectors = { page.Vectors.Select(item => new Proto.ListItem { Id = item.Id }) },
        Pagination = page.Pagination.ToProto(),
        Namespace = page.Namespace,
        Usage = page.Usage.ToProto(),
    };

    public static Proto.UpdateResponse ToProto(this UpdateResponse response)
    {
        var answer = new Proto.UpdateResponse();
        if (response.MatchedRecords is { } matched)
            answer.MatchedRecords = matched;
        return answer;
    }

    public static Proto.DescribeIndexStatsResponse ToProto(this IndexStats stats, IndexDescriptor index, string apiVersion)
    {
        var answer = new Proto.DescribeIndexStatsResponse
        {
            TotalVectorCount = ToUInt32(stats.TotalRecordCount),
            Metric = index.Metric.ToWire(),
            VectorType = index.VectorType.ToWire(),
        };
        if (index.VectorType == VectorType.Dense)
            answer.Dimension = (uint)index.Dimension;
        if (IndexAttributes.Of(index).Deployment.IsDedicated && NamespaceName.IsSince("2025-10", apiVersion))
            (answer.MemoryFullness, answer.StorageFullness) = (0, 0);
        foreach (var ns in stats.Namespaces)
            answer.Namespaces[NamespaceName.ToGrpcStatsKey(ns.Name, apiVersion)] = new Proto.NamespaceSummary { VectorCount = ToUInt32(ns.RecordCount) };
        return answer;
    }

    public static Proto.ListNamespacesResponse ToProto(this ListNamespacesResponse page) => new()
    {
        Namespaces = { page.Namespaces.Select(ToProto) },
        Pagination = page.Pagination.ToProto(),
        TotalCount = page.TotalCount,
    };

    public static Proto.NamespaceDescription ToProto(this NamespaceDescription description)
    {
        var answer = new Proto.NamespaceDescription { Name = description.Name, RecordCount = (ulong)description.RecordCount.Value };
        if (description.SizeBytes is { } sizeBytes)
            answer.SizeBytes = (ulong)sizeBytes.Value;
        if (description.IndexedFields is { } indexed)
            answer.IndexedFields = new Proto.IndexedFields { Fields = { indexed.Fields } };
        if (description.Schema?.Fields is { } fields)
        {
            answer.Schema = new Proto.MetadataSchema();
            foreach (var (name, field) in fields)
                answer.Schema.Fields[name] = new Proto.MetadataFieldProperties { Filterable = field?.Filterable ?? false };
        }

        return answer;
    }

    /// <summary>The size of records as messages.</summary>
    public sealed class RecordSize : IRecordSize
    {
        public static readonly RecordSize Instance = new();

        private const int BytesOfTags = 100;
        private const int BytesOfIndex = 5;
        private const int MetadataFactor = 4; // a short number, a few characters of JSON, is a double in three messages

        public long AtMost(VectorRecord record) =>
            BytesOfTags + (2L * record.Id.Length) + ((long)sizeof(float) * record.Values.Length)
            + ((long)(BytesOfIndex + sizeof(float)) * (record.Sparse?.Indices.Length ?? 0)) + ((long)MetadataFactor * (record.Metadata?.Json.Length ?? 0));

        public long Measure(VectorRecord record) =>
            new Proto.FetchByMetadataResponse { Vectors = { [record.Id] = ToProto(record) } }.CalculateSize();
    }

    private static Proto.ScoredVector ToProto(ScoredRecord match)
    {
        var answer = new Proto.ScoredVector
        {
            Id = match.Id,
            Score = double.IsNaN(match.Score) ? 0 : WireScore.Of(match.Score), // the default, which REST leaves out
            Metadata = match.Metadata.ToStruct(),
            SparseValues = match.Sparse.ToProto(),
        };
        answer.Values.AddRange(match.Values.Span);
        return answer;
    }

    private static Proto.Vector ToProto(VectorRecord record)
    {
        var answer = new Proto.Vector { Id = record.Id, Metadata = record.Metadata.ToStruct(), SparseValues = record.Sparse.ToProto() };
        answer.Values.AddRange(record.Values.Span);
        return answer;
    }

    private static Proto.SparseValues? ToProto(this SparseVector? sparse) =>
        sparse is null ? null : new Proto.SparseValues { Indices = { sparse.Indices.ToArray() }, Values = { sparse.Values.ToArray() } };

    private static Google.Protobuf.WellKnownTypes.Struct? ToStruct(this RecordMetadata? metadata) =>
        metadata is null ? null : StructJson.ToStruct(metadata.Json.Span);

    private static Proto.Usage ToProto(this Usage usage) => new() { ReadUnits = (uint)usage.ReadUnits };

    private static Proto.Pagination? ToProto(this Pagination? pagination) => pagination is null ? null : new Proto.Pagination { Next = pagination.Next };

    private static uint ToUInt32(long count) => (uint)Math.Min(count, uint.MaxValue);
}
