using VectorServer.Api.Errors;
using VectorServer.Api.Wire.Data;
using VectorServer.Storage;

namespace VectorServer.Api.Validation;

/// <summary>What imports and exports can be asked; their directories are looked at elsewhere.</summary>
internal static class BulkValidator
{
    private const int IntegrationIdLengthMax = 1000;

    /// <summary>Whether the import stops at the first error; SDKs write the words in capitals too.</summary>
    public static bool ReadOnErrorAbort(StartImportRequest request)
    {
        if (request.IntegrationId is { Length: > IntegrationIdLengthMax } id)
            throw WireException.Invalid($"integrationId must be at most {IntegrationIdLengthMax} characters long, got {id.Length}");
        return request.ErrorMode?.OnError switch
        {
            null => false,
            var word when word.Equals("continue", StringComparison.OrdinalIgnoreCase) => false,
            var word when word.Equals("abort", StringComparison.OrdinalIgnoreCase) => true,
            var other => throw WireException.Invalid($"errorMode.onError must be abort or continue, got '{other}'"),
        };
    }

    /// <summary>Whether the vectors go into a NumPy file; without a word said, where there are dense ones.</summary>
    public static bool ReadFormatNpy(StartExportRequest request, IndexDescriptor index) => request.Format switch
    {
        null => index.VectorType == VectorType.Dense,
        BulkMapping.JsonLines => false,
        BulkMapping.Npy when index.VectorType == VectorType.Sparse => throw WireException.Invalid("format npy holds dense vectors, the index is sparse: use jsonl"),
        BulkMapping.Npy => true,
        var other => throw WireException.Invalid($"format must be npy or jsonl, got '{other}'"),
    };
}
