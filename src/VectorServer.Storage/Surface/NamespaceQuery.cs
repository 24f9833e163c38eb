namespace VectorServer.Storage;

/// <summary>One of several queries asked together.</summary>
public sealed record NamespaceQuery(string Namespace, VectorQuery Query);
