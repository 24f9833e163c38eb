using Google.Protobuf.Collections;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Grpc;

/// <summary>Requests of gRPC clients as the wire types that REST requests are read into; rules are checked there.</summary>
internal static class RequestMapping
{
    public static UpsertRequest ToWire(this Proto.UpsertRequest request) => new()
    {
        Vectors = [.. request.Vectors.Select(ToWire)],
        Namespace = request.Namespace,
    };

    public static UpdateRequest ToWire(this Proto.UpdateRequest request) => new()
    {
        Id = request.Id,
        Values = ToArray(request.Values),
        SparseValues = request.SparseValues.ToWire(),
        SetMetadata = request.SetMetadata.ToJson(),
        Namespace = request.Namespace,
        Filter = request.Filter.ToJson(),
        DryRun = request.HasDryRun ? request.DryRun : null,
    };

    public static DeleteRequest ToWire(this Proto.DeleteRequest request) => new()
    {
        Ids = [.. request.Ids],
        DeleteAll = request.DeleteAll,
        Filter = request.Filter.ToJson(),
        Namespace = request.Namespace,
    };

    public static FetchByMetadataRequest ToWire(this Proto.FetchByMetadataRequest request) => new()
    {
        Filter = request.Filter.ToJson(),
        Namespace = request.Namespace,
        Limit = request.HasLimit ? ToInt(request.Limit) : null,
        PaginationToken = request.PaginationToken,
    };

    public static QueryRequest ToWire(this Proto.QueryRequest request) => new()
    {
        TopK = ToInt(request.TopK),
        Vector = ToArray(request.Vector),
        SparseVector = request.SparseVector.ToWire(),
        Id = request.Id,
        Namespace = request.Namespace,
        Filter = request.Filter.ToJson(),
        IncludeValues = request.IncludeValues,
        IncludeMetadata = request.IncludeMetadata,
        ScanFactor = request.HasScanFactor ? request.ScanFactor : null,
        MaxCandidates = request.HasMaxCandidates ? ToInt(request.MaxCandidates) : null,
        Queries = [.. request.Queries.Select(ToWire)],
    };

    public static PageRequest ToPage(this Proto.ListRequest request) =>
        new(NullIfEmpty(request.Prefix), PageLimit.Check(request.HasLimit ? request.Limit : null), request.PaginationToken);

    public static PageRequest ToPage(this Proto.ListNamespacesRequest request) =>
        new(NullIfEmpty(request.Prefix), PageLimit.Check(request.HasLimit ? request.Limit : null), request.PaginationToken);

    public static CreateNamespaceRequest ToWire(this Proto.CreateNamespaceRequest request) => new()
    {
        Name = request.Name,
        Schema = request.Schema is { } schema
            ? new NamespaceSchema
            {
                Fields = schema.Fields.ToDictionary(
                    field => field.Key, NamespaceField? (field) => new NamespaceField { Filterable = field.Value.Filterable }),
            }
            : null,
    };

    private static Vector ToWire(Proto.Vector vector) => new()
    {
        Id = vector.Id,
        Values = ToArray(vector.Values),
        SparseValues = vector.SparseValues.ToWire(),
        Metadata = vector.Metadata.ToJson(),
    };

    private static QueryVector ToWire(Proto.QueryVector query) => new()
    {
        Values = ToArray(query.Values),
        SparseValues = query.SparseValues.ToWire(),
        TopK = query.TopK == 0 ? null : ToInt(query.TopK),
        Namespace = query.Namespace,
        Filter = query.Filter.ToJson(),
    };

    private static SparseValues? ToWire(this Proto.SparseValues? sparse) =>
        sparse is null ? null : new SparseValues { Indices = ToArray(sparse.Indices), Values = ToArray(sparse.Values) };

    private static T[] ToArray<T>(RepeatedField<T> values)
    {
        var array = new T[values.Count];
        values.CopyTo(array, 0);
        return array;
    }

    // The wire types hold int32, whose end is above every limit.
    private static int ToInt(uint value) => (int)Math.Min(value, int.MaxValue);

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
