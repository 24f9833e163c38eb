using System.Text.Json;
using VectorServer.Api.Errors;
using VectorServer.Storage;

namespace VectorServer.Api.Wire.Data;

/// <summary>Checked requests of the vector operations as the engine's types.</summary>
internal static class RecordMapping
{
    public static VectorRecord[] ToRecords(this UpsertRequest request)
    {
        var records = new VectorRecord[request.Vectors!.Count];
        for (var i = 0; i < records.Length; i++)
        {
            var vector = request.Vectors[i]!;
            try
            {
                records[i] = new VectorRecord(vector.Id!, vector.Values, vector.SparseValues.ToSparse(), vector.Metadata.ToMetadata());
            }
            catch (StorageException refused) when (refused.Code == StorageErrorCode.InvalidArgument)
            {
                throw WireException.Invalid($"{refused.Message} (vectors[{i}], id '{vector.Id}')");
            }
        }

        return records;
    }

    /// <summary>The update of one record.</summary>
    public static RecordUpdate ToUpdate(this UpdateRequest request)
    {
        ReadOnlyMemory<float>? values = request.Values is { Length: > 0 } given ? given : default(ReadOnlyMemory<float>?);
        return new RecordUpdate(request.Id!, values, request.SparseValues.ToSparse(), request.SetMetadata.ToMetadata());
    }

    public static VectorQuery ToQuery(this QueryRequest request, bool explain) => new()
    {
        TopK = request.TopK!.Value,
        Vector = request.Vector is { Length: > 0 } vector ? vector : default(ReadOnlyMemory<float>?),
        Sparse = request.SparseVector.ToSparse(),
        Id = string.IsNullOrEmpty(request.Id) ? null : request.Id,
        Filter = request.Filter.ToFilter(),
        IncludeValues = request.IncludeValues ?? false,
        IncludeMetadata = request.IncludeMetadata ?? false,
        ScanFactor = request.ScanFactor,
        MaxCandidates = request.MaxCandidates,
        Exact = request.Exact ?? false,
        MinScore = request.MinScore,
        MaxDistance = request.MaxDistance,
        Explain = explain,
    };

    /// <summary>The filter; null where none is given or it is empty.</summary>
    public static Filter? ToFilter(this JsonElement? filter) => filter is { } given ? Filter.Parse(given) : null;

    public static RecordMetadata? ToMetadata(this JsonElement? metadata) => metadata is { } given ? RecordMetadata.Parse(given) : null;

    public static SparseVector? ToSparse(this SparseValues? sparse) => sparse is null ? null : SparseVector.Create(sparse.Indices, sparse.Values);
}
