namespace VectorServer.Storage;

/// <summary>A second name of a namespace, for reads, that can be moved to another namespace at once.</summary>
/// <param name="Name">Shares one space of names with the namespaces of the index; never changes.</param>
/// <param name="TargetNamespace">The engine's name of the namespace: the default one is the empty string.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was last pointed somewhere.</param>
public sealed record NamespaceAlias(string Name, string TargetNamespace, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);
