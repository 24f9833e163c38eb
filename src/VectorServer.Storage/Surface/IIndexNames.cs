namespace VectorServer.Storage;

/// <summary>The names in an index: its namespaces and their aliases.</summary>
public interface IIndexNames
{
    /// <summary>The namespaces that have been created or written to, in byte order; damaged ones too.</summary>
    ValueTask<IReadOnlyList<string>> NamespaceNamesAsync(CancellationToken cancellation = default);

    /// <summary>Namespaces in byte order, after <paramref name="afterName"/>; the default one goes by <c>__default__</c> here.</summary>
    ValueTask<NamespacePage> ListNamespacesAsync(string? prefix, int limit, string? afterName, CancellationToken cancellation = default);

    /// <exception cref="StorageException">
    /// <see cref="StorageErrorCode.AlreadyExists"/>, as a namespace or an alias; the default namespace always exists.
    /// </exception>
    ValueTask<NamespaceInfo> CreateNamespaceAsync(
        string ns, IReadOnlyList<string>? filterableFields = null, CancellationToken cancellation = default);

    /// <summary>The namespace; the default one exists, empty, before its first write.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    ValueTask<NamespaceInfo> DescribeNamespaceAsync(string ns, CancellationToken cancellation = default);

    /// <exception cref="StorageException">
    /// <see cref="StorageErrorCode.NotFound"/>; <see cref="StorageErrorCode.FailedPrecondition"/>: an alias targets it.
    /// </exception>
    ValueTask DeleteNamespaceAsync(string ns, CancellationToken cancellation = default);

    /// <summary>Makes an alias; reads find it when the task ends.</summary>
    /// <exception cref="StorageException">
    /// <see cref="StorageErrorCode.InvalidArgument"/>: the name, or a target that is not there or an alias;
    /// <see cref="StorageErrorCode.AlreadyExists"/>: an alias or a namespace has the name;
    /// <see cref="StorageErrorCode.FailedPrecondition"/>: the target is being deleted or damaged, or there are too many.
    /// </exception>
    ValueTask<NamespaceAlias> CreateAliasAsync(string name, string target, CancellationToken cancellation = default);

    /// <summary>Aliases in byte order of their names, after <paramref name="afterName"/>.</summary>
    /// <param name="prefix">Only those whose name begins with it; null for all.</param>
    /// <param name="target">Only those of this namespace; null for all.</param>
    /// <param name="limit">How many at most, at least 1.</param>
    /// <param name="afterName">Where the last page ended.</param>
    /// <param name="cancellation">Stops it.</param>
    ValueTask<NamespaceAliasPage> ListAliasesAsync(
        string? prefix, string? target, int limit, string? afterName, CancellationToken cancellation = default);

    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>, <see cref="StorageErrorCode.InvalidArgument"/>.</exception>
    ValueTask<NamespaceAlias> DescribeAliasAsync(string name, CancellationToken cancellation = default);

    /// <summary>Points the alias to another namespace. A read at the same time sees the old target or the new one, whole.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>: no such alias; the others as for <see cref="CreateAliasAsync"/>.</exception>
    ValueTask<NamespaceAlias> RepointAliasAsync(string name, string target, CancellationToken cancellation = default);

    /// <summary>Removes the alias; its target stays.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>, <see cref="StorageErrorCode.InvalidArgument"/>.</exception>
    ValueTask DeleteAliasAsync(string name, CancellationToken cancellation = default);
}
