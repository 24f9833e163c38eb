namespace VectorServer.Storage.Tests;

/// <summary>Waits for what is made behind the acknowledgement of a write.</summary>
internal static class WaitFor
{
    private const int TailRows = 1_000; // so few behind the codes are not worth a step

    /// <summary>Waits until the rows of a namespace have codes, all but a tail. Opens the namespace.</summary>
    public static async Task CodesAsync(VectorIndex index, CancellationToken cancellation, string ns = "", Compression? compression = null)
    {
        while (!AreThere(index, ns, compression))
            await Task.Delay(5, cancellation);
    }

    private static bool AreThere(VectorIndex index, string ns, Compression? compression)
    {
        if (!index.Namespaces.TryAcquire(ns, out var lease))
            return false;
        using (lease)
        {
            return lease.Snapshot.Codes is { } codes
                && (compression is null || codes.Codec.Compression == compression)
                && lease.Snapshot.RowCount - codes.Count < TailRows;
        }
    }
}
