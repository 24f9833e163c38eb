namespace VectorServer.Storage;

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
