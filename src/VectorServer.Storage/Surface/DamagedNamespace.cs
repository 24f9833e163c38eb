namespace VectorServer.Storage;

/// <summary>A namespace that is not served, and why.</summary>
public sealed record DamagedNamespace(string Name, string What);
