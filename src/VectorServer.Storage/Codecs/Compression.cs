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

    /// <summary>Rotated coordinates of 4 bits: half a byte a dimension.</summary>
    Spectral4Bit = 5,

    /// <summary>Rotated coordinates of 2 bits.</summary>
    Spectral2Bit = 6,

    /// <summary>The signs of rotated coordinates.</summary>
    Spectral1Bit = 7,

    /// <summary>Coordinates of 8 bits with a scale per vector.</summary>
    Sq8 = 8,

    /// <summary>Product quantisation: a byte for each four dimensions.</summary>
    Pq = 9,

    /// <summary>
    /// Rotated residuals to the nearest of some centres: a sign a coordinate that is scanned, two bits more that are read of the rows that
    /// remain; fewer dimensions are scanned with four bits. What <see cref="Auto"/> takes.
    /// </summary>
    Rabitq = 10,
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
        (Compression.Spectral4Bit, "spectral_4bit"),
        (Compression.Spectral2Bit, "spectral_2bit"),
        (Compression.Spectral1Bit, "spectral_1bit"),
        (Compression.Sq8, "sq8"),
        (Compression.Pq, "pq"),
        (Compression.Rabitq, "rabitq"),
    ];

    /// <summary>All names, for error messages: <c>auto, float32, ...</c>.</summary>
    public static string All { get; } = string.Join(", ", Names.Select(entry => entry.Name));

    /// <summary>Every code, without the choices of having none.</summary>
    public static IEnumerable<Compression> Codes { get; } = [.. Names.Select(entry => entry.Value).Where(value => value is not (Compression.Auto or Compression.Float32))];

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
