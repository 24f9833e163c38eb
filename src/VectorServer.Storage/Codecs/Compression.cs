namespace VectorServer.Storage.Codecs;

/// <summary>The codes an index keeps to shortlist candidates. The numbers are stored on disk.</summary>
public enum Compression
{
    /// <summary>Exact below a few thousand rows, the engine's best code above.</summary>
    Auto = 0,

    /// <summary>No codes: every query scans the raw vectors.</summary>
    Float32 = 1,

    /// <summary>The 64 strongest Fourier bins of each vector.</summary>
    SpectralK64 = 2,

    /// <summary>The 128 strongest Fourier bins of each vector.</summary>
    SpectralK128 = 3,

    /// <summary>The 256 strongest Fourier bins of each vector.</summary>
    SpectralK256 = 4,
}

/// <summary>The names users write for <see cref="Compression"/>.</summary>
public static class CompressionNames
{
    private static readonly (Compression Value, string Name)[] Names =
    [
        (Compression.Auto, "auto"),
        (Compression.Float32, "float32"),
        (Compression.SpectralK64, "spectral_k64"),
        (Compression.SpectralK128, "spectral_k128"),
        (Compression.SpectralK256, "spectral_k256"),
    ];

    /// <summary>All names, for error messages: <c>auto, float32, ...</c>.</summary>
    public static string All { get; } = string.Join(", ", Names.Select(entry => entry.Name));

    public static string ToName(this Compression compression) => Names.First(entry => entry.Value == compression).Name;

    public static bool TryParse(string name, out Compression compression)
    {
        foreach (var entry in Names)
        {
            if (entry.Name == name)
            {
                compression = entry.Value;
                return true;
            }
        }

        compression = default;
        return false;
    }
}
