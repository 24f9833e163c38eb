namespace VectorServer.Storage;

/// <summary>How to measure for <see cref="CompressionAdvice"/>.</summary>
public sealed record AdviceOptions
{
    /// <summary>Records whose vectors are asked with, 1..200.</summary>
    public int Queries { get; init; } = 100;

    /// <summary>The least recall that is good enough, 0..1.</summary>
    public double Recall { get; init; } = 0.99;

    /// <summary>No code is begun after this, nor finished long after it.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(30);
}
