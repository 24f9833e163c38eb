namespace VectorServer.Storage;

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
