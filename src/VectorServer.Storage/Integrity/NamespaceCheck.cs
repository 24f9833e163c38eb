using VectorServer.Storage.IO;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Integrity;

/// <summary>Verifies or repairs a namespace that nobody has open.</summary>
internal static class NamespaceCheck
{
    /// <exception cref="StorageException">Something is short for the moment, or the disk refuses: nothing is known of the namespace.</exception>
    public static NamespaceIntegrity Run(
        string directory, IndexDescriptor index, EngineServices services, bool repair, CancellationToken cancellation)
    {
        var name = NamespaceLayout.NameOf(directory) ?? Path.GetFileName(directory);
        try
        {
            if (repair)
                return new NamespaceRepair(directory, index.Name, index.Dimension, services).Run(name, cancellation);
            var verifier = new NamespaceVerifier(directory, index.Dimension);
            verifier.Run(cancellation);
            return new NamespaceIntegrity(index.Name, name, verifier.Rows, verifier.Findings.Count, verifier.Findings.Kept);
        }
        catch (StorageException e) when (e.Code == StorageErrorCode.NewerFormat)
        {
            return new NamespaceIntegrity(index.Name, name, 0, 0, []) { NewerFormat = e.Message };
        }
        catch (Exception e) when (e.IsDiskError())
        {
            throw DiskErrors.Refusal(e, $"The namespace could not be {(repair ? "repaired" : "verified")}");
        }
    }
}
