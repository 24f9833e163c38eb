using VectorServer.Api.Errors;
using VectorServer.Api.Wire.Data;
using VectorServer.Storage;

namespace VectorServer.Api.Validation;

/// <summary>What the wire refuses in an upsert; the engine adds the rules of values and metadata.</summary>
internal static class UpsertValidator
{
    private const int VectorsMax = 1000;

    /// <param name="request">The request.</param>
    /// <param name="index">The index written to.</param>
    /// <param name="enforceLimits">False allows batches of any size.</param>
    public static void Check(UpsertRequest request, IndexDescriptor index, bool enforceLimits)
    {
        if (request.Vectors is not { Count: > 0 } vectors)
            throw WireException.Invalid("vectors is required and must hold at least one vector");
        if (enforceLimits && vectors.Count > VectorsMax)
            throw WireException.Invalid($"vectors must hold at most {VectorsMax} vectors, got {vectors.Count}");

        for (var i = 0; i < vectors.Count; i++)
            Check(vectors[i], index, i);
    }

    // The rules that the engine could not say of which vector they are broken.
    private static void Check(Vector? vector, IndexDescriptor index, int position)
    {
        if (vector is null)
            throw WireException.Invalid($"vectors[{position}] must be an object");

        VectorIds.Check(vector.Id, $"vectors[{position}].id");
        var dimension = vector.Values?.Length ?? 0;
        if (index.VectorType == VectorType.Dense && dimension != index.Dimension)
            throw WireException.Invalid(
                $"Vector dimension {dimension} does not match the dimension of the index {index.Dimension} (vectors[{position}], id '{vector.Id}')");
    }
}
