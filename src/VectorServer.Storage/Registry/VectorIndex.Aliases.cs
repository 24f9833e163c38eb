using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using VectorServer.Storage.Model;
using VectorServer.Storage.Registry;

namespace VectorServer.Storage;

/// <content>Aliases of namespaces: names for reads that are moved from one namespace to another at once.</content>
public sealed partial class VectorIndex
{
    /// <summary>How many aliases an index can have.</summary>
    public const int AliasesMax = NamespaceSet.AliasesMax;

    private const int AliasNameLengthMax = 512;

    // Printable ASCII but what has a meaning in addresses.
    private static readonly SearchValues<char> AliasNameCharacters =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c).Except("/?#%&=\\;+")]);

    /// <summary>Makes an alias; reads find it when this returns, and it survives from then on.</summary>
    /// <param name="name">1..512 of printable ASCII without space and <c>/ ? # % &amp; = \ ; +</c>; neither <c>__default__</c> nor dots alone.</param>
    /// <param name="target">A namespace that is there, or the default one.</param>
    /// <exception cref="StorageException">
    /// <see cref="StorageErrorCode.InvalidArgument"/>: the name, or a target that is not there or an alias;
    /// <see cref="StorageErrorCode.AlreadyExists"/>: an alias or a namespace has the name;
    /// <see cref="StorageErrorCode.FailedPrecondition"/>: the target is being deleted or damaged, or there are <see cref="AliasesMax"/>.
    /// </exception>
    public NamespaceAlias CreateAlias(string name, string target)
    {
        CheckAliasName(name);
        RecordRules.CheckNamespaceName(target);
        return _namespaces.CreateAlias(name, target);
    }

    /// <summary>Aliases in byte order of their names, after <paramref name="afterName"/>.</summary>
    /// <param name="prefix">Only those whose name begins with it; null for all.</param>
    /// <param name="target">Only those of this namespace; null for all.</param>
    /// <param name="limit">How many at most, at least 1.</param>
    /// <param name="afterName">Where the last page ended.</param>
    public NamespaceAliasPage ListAliases(string? prefix, string? target, int limit, string? afterName)
    {
        CheckLimit(limit);
        var asked = _namespaces.Aliases().Values
            .Where(alias => (prefix is null || alias.Name.StartsWith(prefix, StringComparison.Ordinal)) && (target is null || alias.TargetNamespace == target))
            .ToArray();
        var rest = asked.Where(alias => afterName is null || string.CompareOrdinal(alias.Name, afterName) > 0).Take(OneMore(limit)).ToArray();
        return new NamespaceAliasPage([.. rest.Take(limit)], rest.Length > limit ? rest[limit - 1].Name : null, asked.Length);
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>, <see cref="StorageErrorCode.InvalidArgument"/>.</exception>
    public NamespaceAlias DescribeAlias(string name)
    {
        CheckAliasName(name);
        return _namespaces.GetAlias(name);
    }

    /// <summary>Points the alias to another namespace. A read at the same time sees the old target or the new one, whole.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>: no such alias; the others as for <see cref="CreateAlias"/>.</exception>
    public NamespaceAlias RepointAlias(string name, string target)
    {
        CheckAliasName(name);
        RecordRules.CheckNamespaceName(target);
        return _namespaces.RepointAlias(name, target);
    }

    /// <summary>Removes the alias; its target stays.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>, <see cref="StorageErrorCode.InvalidArgument"/>.</exception>
    public void DeleteAlias(string name)
    {
        CheckAliasName(name);
        _namespaces.DeleteAlias(name);
    }

    private static void CheckAliasName([NotNull] string? name)
    {
        if (name is null)
            throw AliasErrors.InvalidName("Namespace alias name must not be null");
        if (name.Length is 0 or > AliasNameLengthMax)
            throw AliasErrors.InvalidName($"Namespace alias name must be 1 to {AliasNameLengthMax} characters long, got {name.Length}");
        if (name.AsSpan().ContainsAnyExcept(AliasNameCharacters))
            throw AliasErrors.InvalidName(
                $"Namespace alias name must be printable ASCII without space and / ? # % & = \\ ; +, got '{name.Replace("\0", "\\0", StringComparison.Ordinal)}'");
        if (name is NamespaceSet.DefaultListName or "." or "..")
            throw AliasErrors.InvalidName($"Namespace alias name must not be '{name}'");
    }
}
