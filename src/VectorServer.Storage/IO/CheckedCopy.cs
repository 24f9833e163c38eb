using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace VectorServer.Storage.IO;

/// <summary>Reads a file once, for its checksum and for its copy: what is checked is what is copied.</summary>
internal static class CheckedCopy
{
    private const int BufferBytes = 1 << 20; // a cancellation is seen, and progress told, once for each

    /// <param name="source">Read from its start to its end.</param>
    /// <param name="target">An empty file that gets the bytes; null to read only.</param>
    /// <param name="progress">Told of the bytes of each step.</param>
    /// <param name="cancellation">Leaves a part in <paramref name="target"/>.</param>
    public static (long Length, string Sha256) Run(SafeFileHandle source, IO.DiskFile? target, Action<int>? progress, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var length = 0L;
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                var read = RandomAccess.Read(source, buffer.AsSpan(0, BufferBytes), length);
                if (read == 0)
                    return (length, Convert.ToHexStringLower(hash.GetHashAndReset()));
                hash.AppendData(buffer, 0, read);
                if (target is not null)
                    target.Write(buffer.AsSpan(0, read), length);
                length += read;
                progress?.Invoke(read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
