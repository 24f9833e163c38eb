using VectorServer.Api.Indexes;
using VectorServer.Storage;

namespace VectorServer.Api.Wire.Data;

/// <summary>Namespaces and their statistics as the wire shows them.</summary>
internal static class NamespaceMapping
{
    public static NamespaceDescription ToDescription(this NamespaceInfo info, ApiFamily family)
    {
        var isText = family == ApiFamily.Schema;
        return new NamespaceDescription(
            NamespaceName.ToWire(info.Name),
            new Int64Text(info.RecordCount, isText),
            info.FilterableFields is { } declared ? ToSchema(declared) : null,
            info.FilterableFields is { } indexed ? new IndexedFields(indexed) : null,
            isText ? new Int64Text(info.SizeBytes, isText) : null)
        {
            Damaged = info.Damage,
        };
    }

    /// <summary>The fields a checked request declares; null when all are indexed.</summary>
    public static IReadOnlyList<string>? ToFilterableFields(this CreateNamespaceRequest request) =>
        request.Schema is { } schema ? [.. schema.Fields!.Keys] : null;

    /// <param name="stats">Counts, per namespace.</param>
    /// <param name="index">The index they are of.</param>
    /// <param name="apiVersion">Names the default namespace: the empty string before 2025-04.</param>
    /// <param name="storage">Of the same; adds the <c>storage</c> extension.</param>
    public static IndexDescription ToDescription(this IndexStats stats, IndexDescriptor index, string apiVersion, IndexStorage? storage)
    {
        float? dedicated = IndexAttributes.Of(index).Deployment.IsDedicated ? 0 : null; // nothing here ever fills
        var family = ApiVersion.FamilyOf(apiVersion);
        string KeyOf(string ns) => NamespaceName.ToStatsKey(ns, apiVersion);
        return new IndexDescription
        {
            Namespaces = stats.Namespaces.ToDictionary(ns => KeyOf(ns.Name), ns => new NamespaceSummary(ns.RecordCount)),
            Dimension = index.VectorType == VectorType.Sparse ? null : index.Dimension,
            TotalVectorCount = stats.TotalRecordCount,
            Metric = index.Metric.ToWire(),
            VectorType = index.VectorType.ToWire(),
            SnakeMemoryFullness = family == ApiFamily.ReadCapacity ? dedicated : null,
            SnakeStorageFullness = family == ApiFamily.ReadCapacity ? dedicated : null,
            MemoryFullness = family == ApiFamily.Schema ? dedicated : null,
            StorageFullness = family == ApiFamily.Schema ? dedicated : null,
            Storage = storage?.Namespaces.ToDictionary(ns => KeyOf(ns.Name), ToStorage),
            Damaged = storage is { Damaged.Count: > 0 } ? storage.Damaged.ToDictionary(ns => KeyOf(ns.Name), ns => ns.What) : null,
        };
    }

    private static NamespaceSchema ToSchema(IReadOnlyList<string> fields) =>
        new() { Fields = fields.ToDictionary(field => field, NamespaceField? (_) => new NamespaceField { Filterable = true }) };

    private static NamespaceStorage ToStorage(NamespaceStorageStats ns) =>
        new(
            ns.RecordCount,
            ns.Compression,
            ns.RawBytesPerVector,
            ns.CodeBytesPerVector,
            ns.DeletedRows,
            ns.IndexKind,
            ns.IndexedRows,
            ns.IndexBytes,
            ns.IndexLists > 0 ? ns.IndexLists : null,
            ns.IndexEffort,
            ns.RecallAt10 is { } recall ? Math.Round(recall, 4) : null,
            ns.RecallSamples,
            ns.CodedRows,
            ns.CertifiedShare is { } share ? Math.Round(share, 4) : null);
}
