namespace VectorServer.Storage;

/// <summary>One compression, measured.</summary>
/// <param name="Compression">The codes; <see cref="Compression.Float32"/> for raw vectors.</param>
/// <param name="BytesPerVector">What a scan reads of a vector.</param>
/// <param name="Recall">Recall at 10 as served, the candidates being rescored.</param>
/// <param name="CodesAloneRecall">Recall at 10 if the codes decided.</param>
public sealed record CompressionMeasure(Compression Compression, double BytesPerVector, double Recall, double CodesAloneRecall);
